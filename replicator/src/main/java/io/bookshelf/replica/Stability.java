package io.bookshelf.replica;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.wire.Frame.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the units of the network state of themselves, and what follows for tombstones: one may be forgotten when every listed
 * unit covers it, will never write below it, and has nothing that this unit does not cover.
 */
public final class Stability {
    private final String self;
    private final Map<String, Statement> newest = new HashMap<>();
    // The newest that this unit covers all of.
    private final Map<String, Statement> ripe = new HashMap<>();
    private Set<String> listed = Set.of();

    Stability(String self) {
        this.self = self;
    }

    void listed(Set<String> units) {
        listed = Set.copyOf(units);
        newest.keySet().retainAll(listed);
        ripe.keySet().retainAll(listed);
    }

    boolean isListed(String unit) {
        return listed.contains(unit);
    }

    /**
     * Takes a statement; true if it was news.
     *
     * @param latest a stamp that is not reached yet; -1 while the time is unknown
     */
    boolean take(Statement statement, DotClock kept, long latest) {
        if (statement.unit().equals(self)
                || !listed.contains(statement.unit())
                || !Incarnations.isOf(statement.boot(), statement.unit())) {
            return false;
        }
        Statement before = newest.get(statement.unit());
        if (before != null && !isLater(statement, before, latest)) {
            return false;
        }
        newest.put(statement.unit(), statement);
        ripen(kept);
        return true;
    }

    /**
     * Whether a unit has made the one statement after the other. Their numbers say so, but for those of a start whose clock was
     * far ahead: no later start would ever come up to them.
     */
    static boolean isLater(Statement one, Statement other, long latest) {
        boolean ahead = Long.compareUnsigned(one.number(), latest) > 0;
        boolean otherAhead = Long.compareUnsigned(other.number(), latest) > 0;
        boolean covers = one.clock().covers(other.clock());
        boolean covered = other.clock().covers(one.clock());
        if (one.boot() != other.boot() && (ahead || otherAhead) && covers != covered) {
            return covers;
        }
        return one.boot() == other.boot() || ahead == otherAhead ? one.number() > other.number() : otherAhead;
    }

    /** What was stated may have been forged: nothing of it counts any more. */
    void forget() {
        newest.clear();
        ripe.clear();
    }

    /** A unit is met in another start than its statement is of: what it says now counts, whatever its number. */
    void met(String unit, long boot) {
        Statement before = newest.get(unit);
        if (before != null && before.boot() != boot) {
            newest.remove(unit);
        }
    }

    void ripen(DotClock kept) {
        for (Statement statement : newest.values()) {
            if (kept.covers(statement.clock())) {
                ripe.put(statement.unit(), statement);
            }
        }
    }

    Collection<Statement> newest() {
        return newest.values();
    }

    /** What tombstones are judged by, as of now: safe to hand to another thread. */
    Forgetting forgetting(DotClock kept, long stamp) {
        List<Statement> others = new ArrayList<>();
        for (String unit : listed) {
            if (!unit.equals(self)) {
                Statement statement = ripe.get(unit);
                if (statement == null) {
                    return new Forgetting(null, List.of(), 0);
                }
                others.add(statement);
            }
        }
        return new Forgetting(kept, others, stamp);
    }

    /**
     * Judges tombstones. Immutable.
     *
     * @param kept what this unit covers for sure; null if a listed unit has not been heard of
     * @param others what the other listed units stated
     * @param stamp the last of this unit's own hybrid clock
     */
    public record Forgetting(@Nullable DotClock kept, List<Statement> others, long stamp) {
        /** True if all listed units cover the entry and everything that its author had seen of the key. */
        public boolean isWithEveryone(Entry entry) {
            return entry.key().scope() == Scope.UNIT
                    || kept != null
                            && covers(kept, entry)
                            && others.stream().allMatch(other -> covers(other.clock(), entry));
        }

        private static boolean covers(DotClock clock, Entry entry) {
            return clock.covers(entry) && clock.covers(entry.seen(), entry.key().scope());
        }

        /** True if nobody needs the tombstone any more. */
        public boolean mayForget(Entry tombstone) {
            if (tombstone.key().scope() == Scope.UNIT) {
                return true;
            }
            long its = tombstone.version().stamp();
            if (kept == null || !kept.covers(tombstone) || Long.compareUnsigned(stamp, its) < 0) {
                return false;
            }
            // What it superseded may still be on its way here, and would come to life.
            if (!kept.covers(tombstone.seen(), tombstone.key().scope())) {
                return false;
            }
            for (Statement other : others) {
                if (!other.clock().covers(tombstone) || Long.compareUnsigned(other.stamp(), its) < 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
