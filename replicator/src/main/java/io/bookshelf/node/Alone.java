package io.bookshelf.node;

import io.bookshelf.broker.Companion;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.node.audit.AuditLog;
import io.bookshelf.store.Head;
import java.util.List;
import java.util.Map;

/** What stands beside the broker of a unit of no network. */
record Alone(String unit, AuditLog audit) implements Companion {
    @Override
    public void committed(Commit commit, Head head) {
        audit.committed(commit);
    }

    @Override
    public TombstonePolicy tombstones() {
        return TombstonePolicy.AFTER_AN_HOUR;
    }

    @Override
    public String unitOf(long replica) {
        return unit;
    }

    @Override
    public Map<String, Long> lastAgreed() {
        return Map.of();
    }

    @Override
    public List<String> problems() {
        return List.of();
    }
}
