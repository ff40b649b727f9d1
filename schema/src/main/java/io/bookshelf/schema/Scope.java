package io.bookshelf.schema;

/** How far a key travels. A pure function of the key: not configurable, and never believed from the wire. */
public enum Scope {
    /** {@code local/…}: never leaves the unit. */
    UNIT,
    /** {@code private/…}: goes to units and the owner, never to the cloud. */
    NETWORK,
    /** Everything else: goes everywhere. */
    EVERYWHERE;

    /** The scope of the key named {@code key}. */
    public static Scope of(String key) {
        if (key.startsWith("local/")) {
            return UNIT;
        }
        return key.startsWith("private/") ? NETWORK : EVERYWHERE;
    }
}
