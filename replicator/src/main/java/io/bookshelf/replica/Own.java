package io.bookshelf.replica;

/**
 * How many writes a start of a unit has made, in each scope that travels, as far as it may be claimed.
 *
 * @param network in scope NETWORK
 * @param everywhere in scope EVERYWHERE
 */
record Own(long network, long everywhere) {
    /** Claims nothing. */
    static final Own NOTHING = new Own(0, 0);

    boolean isNothing() {
        return network == 0 && everywhere == 0;
    }

    /** What a cloud may know of it, or say. */
    Own withoutNetwork() {
        return new Own(0, everywhere);
    }

    boolean isAtLeast(Own other) {
        return network >= other.network && everywhere >= other.everywhere;
    }
}
