package io.bookshelf.node.replication;

import io.bookshelf.bus.WallClock;
import io.bookshelf.schema.HybridClock;
import java.util.List;
import java.util.function.LongSupplier;

/** A unit's wall clock, which may be wrong, or known to nobody. */
final class SimClock implements WallClock {
    private final SimWorld world;
    private final LongSupplier lastStamp;
    long skewMillis;
    boolean timeKnown = true;

    SimClock(SimWorld world, LongSupplier lastStamp) {
        this.world = world;
        this.lastStamp = lastStamp;
    }

    /** Believes the peers while nobody else vouches for the time. */
    void learn(List<Long> offsets) {
        if (!timeKnown && !offsets.isEmpty()) {
            skewMillis += offsets.get(offsets.size() / 2);
            timeKnown = true;
        }
    }

    @Override
    public long millis() {
        long wall = SimWorld.EPOCH + world.now() + skewMillis;
        return timeKnown ? wall : Math.max(wall, HybridClock.millis(lastStamp.getAsLong()));
    }

    @Override
    public boolean known() {
        return timeKnown;
    }

    @Override
    public long nanos() {
        return world.now() * 1_000_000;
    }

    @Override
    public String source() {
        return "simulation";
    }
}
