package io.bookshelf.node.replication;

import io.bookshelf.bus.WallClock;
import java.util.List;

/**
 * The unit's wall clock, or while nobody on the unit vouches for it, that of the peers: the median of those that know the
 * time.
 */
public final class MeshClock implements WallClock {
    private final WallClock own;
    private volatile long aheadMillis;
    private volatile boolean fromPeers;

    public MeshClock(WallClock own) {
        this.own = own;
    }

    /** How far the clocks of the peers that know the time are ahead of this one, in order, in milliseconds. */
    void peersAreAhead(List<Long> offsets) {
        if (own.known()) {
            fromPeers = false;
            aheadMillis = 0;
        } else if (!offsets.isEmpty()) {
            // Of an even number the earlier of the two in the middle: a time too late makes values expire.
            aheadMillis += offsets.get((offsets.size() - 1) / 2);
            fromPeers = true;
        }
    }

    @Override
    public long millis() {
        return own.millis() + (own.known() ? 0 : aheadMillis);
    }

    @Override
    public boolean known() {
        return fromPeers || own.known();
    }

    @Override
    public long nanos() {
        return own.nanos();
    }

    @Override
    public String source() {
        return fromPeers && !own.known() ? "peers" : own.source();
    }
}
