package io.bookshelf.broker.budget;

/**
 * Who somebody is to the budget. A tier may use what the tiers before it leave, and up to its own ceiling: so a part of the
 * budget, and of each {@link Kind}'s share, is there for the tiers behind it whatever those before it do.
 */
public enum Tier {
    /** Whoever comes from elsewhere, with or without a proved name. */
    STRANGER(60),
    /** Whoever comes by loopback. */
    LOCAL(85),
    /** A unit of this network, proved by certificate. */
    LINK(100);

    private final int percent;

    Tier(int percent) {
        this.percent = percent;
    }

    /** The most that this tier and those before it may hold together of {@code bytes}. */
    long ceilingOf(long bytes) {
        return bytes * percent / 100;
    }
}
