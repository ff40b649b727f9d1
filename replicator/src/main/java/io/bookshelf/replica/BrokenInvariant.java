package io.bookshelf.replica;

/** A rule about claims does not hold: an internal error, after which nothing may be claimed any more. */
final class BrokenInvariant extends RuntimeException {
    private static final long serialVersionUID = 1;

    private BrokenInvariant(String rule) {
        super(rule);
    }

    /** @throws BrokenInvariant unless it holds */
    static void check(boolean holds, String rule) {
        if (!holds) {
            throw new BrokenInvariant(rule);
        }
    }
}
