package io.bookshelf.broker.session;

import io.bookshelf.bus.WallClock;
import java.util.function.LongConsumer;

/**
 * The wall clock, which tells when it was set, or became known, before anybody is given the new time: so that what waits for
 * a time, and what begins to wait right then, waits as long as it should. Loop thread only.
 */
final class FollowedClock implements WallClock {
    private static final long JUMP_MILLIS = 10_000;

    private final WallClock wall;
    private final LongConsumer jumped;
    private long lastMillis;
    private long lastNanos;

    /** @param jumped told by how many milliseconds the time of day has jumped */
    FollowedClock(WallClock wall, LongConsumer jumped) {
        this.wall = wall;
        this.jumped = jumped;
        this.lastMillis = wall.millis();
        this.lastNanos = wall.nanos();
    }

    @Override
    public long millis() {
        long now = wall.millis();
        long nanos = wall.nanos();
        long jump = now - lastMillis - (nanos - lastNanos) / 1_000_000;
        lastMillis = now;
        lastNanos = nanos;
        if (Math.abs(jump) > JUMP_MILLIS) {
            jumped.accept(jump);
        }
        return now;
    }

    /** Asked at every delivery; nobody waits by it, so it need not look for a jump. */
    @Override
    public long expiryMillis() {
        return wall.expiryMillis();
    }

    @Override
    public long nanos() {
        return wall.nanos();
    }

    @Override
    public boolean known() {
        return wall.known();
    }

    @Override
    public String source() {
        return wall.source();
    }
}
