package io.bookshelf.node.replication;

import io.bookshelf.bus.WallClock;
import io.bookshelf.schema.HybridClock;
import java.util.List;
import java.util.function.LongSupplier;

/** The clock of a unit in the simulation: the production's, over one that may be wrong, or that nobody vouches for. */
final class SimClock implements WallClock {
    private final SimWorld world;
    private final LongSupplier lastStamp;
    private MeshClock mesh = new MeshClock(new Own());
    private long startedAt;
    private long floorMillis;
    long skewMillis;
    /** It goes in steps of this: where they are coarse, units give the same stamps. */
    long grainMillis = 1;

    boolean timeKnown = true;

    SimClock(SimWorld world, LongSupplier lastStamp) {
        this.world = world;
        this.lastStamp = lastStamp;
    }

    /** The clock of the machine: while it is not known, at least what was surely past at the start. */
    private final class Own implements WallClock {
        @Override
        public long millis() {
            long now = SimWorld.EPOCH + world.now() + skewMillis;
            long wall = now - now % grainMillis;
            return timeKnown ? wall : Math.max(wall, floorMillis + world.now() - startedAt);
        }

        @Override
        public boolean known() {
            return timeKnown;
        }

        @Override
        public String source() {
            return "simulation";
        }
    }

    /** The unit's process begins. */
    void started() {
        startedAt = world.now();
        floorMillis = HybridClock.millis(lastStamp.getAsLong());
        mesh = new MeshClock(new Own());
    }

    void learn(List<Long> offsets) {
        mesh.peersAreAhead(offsets);
    }

    @Override
    public long millis() {
        return mesh.millis();
    }

    @Override
    public boolean known() {
        return mesh.known();
    }

    @Override
    public long nanos() {
        return world.now() * 1_000_000;
    }

    @Override
    public String source() {
        return mesh.source();
    }
}
