package io.bookshelf.node.replication;

import io.bookshelf.bus.WallClock;
import io.bookshelf.schema.DotClock;
import java.util.function.Supplier;

/**
 * What arriving entries are judged by, on the writer's thread.
 *
 * @param covered what this unit covers; may be behind, never ahead
 * @param latestMillis a stamp beyond this cannot be
 */
record MergeRules(Supplier<DotClock> covered, long latestMillis, WallClock wall) {
    DotClock clock() {
        return covered.get();
    }

    long expiryMillis(long nowMillis) {
        return wall.known() ? nowMillis : 0;
    }
}
