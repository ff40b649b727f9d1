package io.bookshelf.node.replication;

import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.schema.Entry;

/** Lets a unit's core decide, and an hour be seconds. */
record SimTombstones(SimUnit unit) implements TombstonePolicy {
    @Override
    public boolean mayForget(Entry tombstone) {
        return unit.core().forgetting().mayForget(tombstone);
    }

    @Override
    public boolean isWithEveryone(Entry entry) {
        return unit.core().forgetting().isWithEveryone(entry);
    }

    @Override
    public long ageMillis() {
        return unit.world().tombstoneMillis;
    }
}
