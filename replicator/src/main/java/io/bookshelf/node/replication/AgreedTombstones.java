package io.bookshelf.node.replication;

import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.replica.Stability.Forgetting;
import io.bookshelf.schema.Entry;
import org.jspecify.annotations.Nullable;

/** Judges by what the units of the network stated last; until then nothing is forgotten. */
final class AgreedTombstones implements TombstonePolicy {
    private volatile @Nullable Forgetting stated;

    /** From now on this counts. */
    void stated(Forgetting now) {
        stated = now;
    }

    @Override
    public boolean mayForget(Entry tombstone) {
        Forgetting now = stated;
        return now != null && now.mayForget(tombstone);
    }

    @Override
    public boolean isWithEveryone(Entry entry) {
        Forgetting now = stated;
        return now != null && now.isWithEveryone(entry);
    }

    @Override
    public long ageMillis() {
        return AFTER_AN_HOUR.ageMillis();
    }
}
