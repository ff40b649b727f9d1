package io.bookshelf.cli.shelf;

/** Keys that say who belongs to the network: units, phones, revocation lists, codes. They are not turned back to what they were. */
public final class Membership {
    private Membership() {}

    /** Is it one of them? */
    public static boolean isAbout(String key) {
        return key.startsWith("bookshelf/") || key.startsWith("local/bookshelf/");
    }
}
