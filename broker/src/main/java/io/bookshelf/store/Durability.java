package io.bookshelf.store;

/** What a commit waits for. */
public enum Durability {
    /** SQLite's {@code synchronous=FULL}: an acknowledged write survives a power cut. The default. */
    FULL,
    /** SQLite's {@code synchronous=NORMAL}: survives a killed process, not always a power cut; spares the flash. */
    NORMAL
}
