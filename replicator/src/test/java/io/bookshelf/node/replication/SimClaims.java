package io.bookshelf.node.replication;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.util.Map;

/** Looks at whether the units' clocks claim no more than is so: what is absent and covered counts as deleted. */
final class SimClaims {
    private final SimWorld world;

    SimClaims(SimWorld world) {
        this.world = world;
    }

    void look() {
        for (SimUnit unit : world.running()) {
            DotClock clock = unit.core().clock();
            Map<Key, Entry> has = unit.all();
            for (Key key : world.truth.keys()) {
                // Damage that nobody has met yet is no claim.
                boolean asked = key.scope() != Scope.UNIT && !unit.disk.isDamaged(key);
                Entry wrong = asked ? world.truth.claimedFalsely(key, clock, has.get(key)) : null;
                if (wrong != null) {
                    throw world.wrong(unit + " claims to know of " + wrong + " and has " + has.get(key));
                }
            }
        }
    }
}
