package io.bookshelf.replica;

import io.bookshelf.schema.DotClock;
import org.jspecify.annotations.Nullable;

/**
 * What this unit covers. Claims too little at times, never too much: what is absent here though covered counts as deleted.
 */
final class Coverage {
    private final long boot;
    // What others wrote; in memory, and as far as it is kept.
    private DotClock held;
    private DotClock kept;
    private long ownNetwork;
    private long ownEverywhere;
    private boolean claimsOwn = true;
    private @Nullable DotClock sum;

    Coverage(long boot, DotClock kept) {
        this.boot = boot;
        this.held = kept;
        this.kept = kept;
    }

    void own(long network, long everywhere) {
        if (network != ownNetwork || everywhere != ownEverywhere) {
            ownNetwork = network;
            ownEverywhere = everywhere;
            sum = null;
        }
    }

    long ownNetwork() {
        return claimsOwn ? ownNetwork : 0;
    }

    long ownEverywhere() {
        return claimsOwn ? ownEverywhere : 0;
    }

    /** Everything that is covered. */
    DotClock clock() {
        DotClock now = sum;
        if (now == null) {
            now = held.with(boot, ownNetwork(), ownEverywhere());
            sum = now;
        }
        return now;
    }

    /** What is covered of it that a crash does not take away. */
    DotClock kept() {
        return kept.with(boot, ownNetwork(), ownEverywhere());
    }

    /** What others wrote, to be kept. */
    DotClock held() {
        return held;
    }

    boolean isKept() {
        return kept.covers(held);
    }

    void merge(DotClock other) {
        DotClock merged = held.merge(other);
        if (merged != held) {
            held = merged;
            sum = null;
        }
    }

    void nowKept(DotClock clock) {
        kept = kept.merge(clock);
    }

    /**
     * Something is damaged: nothing of others is claimed any more.
     *
     * @param own nor anything of this start's own, since one of those writes may be among what is lost
     */
    void forget(boolean own) {
        held = DotClock.EMPTY;
        kept = DotClock.EMPTY;
        claimsOwn &= !own;
        sum = null;
    }
}
