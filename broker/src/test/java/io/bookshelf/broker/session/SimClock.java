package io.bookshelf.broker.session;

import io.bookshelf.bus.WallClock;

/** Time that goes on when it is told to, and a time of day that may be set. */
final class SimClock implements WallClock {
    private static final long START = 1_700_000_000_000L;

    private long elapsed;
    private long set = START;
    private long latest = set;
    private boolean known = true;

    /** Milliseconds since the start, whatever the time of day was set to. */
    long elapsed() {
        return elapsed;
    }

    void pass(long millis) {
        elapsed += millis;
        latest = Math.max(latest, millis());
    }

    /** Somebody sets the time of day. */
    void jump(long millis) {
        set += millis;
        latest = Math.max(latest, millis());
    }

    boolean wasSet() {
        return set != START;
    }

    void known(boolean vouchedFor) {
        known = vouchedFor;
    }

    /** The latest time of day that there ever was: what expires later has not expired at any time. */
    long latest() {
        return latest;
    }

    @Override
    public long millis() {
        return set + elapsed;
    }

    @Override
    public long nanos() {
        return (1 + elapsed) * 1_000_000;
    }

    @Override
    public boolean known() {
        return known;
    }

    @Override
    public String source() {
        return "test";
    }
}
