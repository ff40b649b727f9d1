package io.bookshelf.node.replication;

import io.bookshelf.replica.PeerStatus;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/**
 * Networks of 1 to 24 units in virtual time, with everything that can go wrong. Seeds by {@code -Dbookshelf.seed=N} (one, with
 * its transcript), {@code -Dbookshelf.seeds=N} (so many), or {@code -Dbookshelf.full=true} (5,000).
 */
@Order(1)
final class ReplicationSimulationTest {
    private static final long HEALING_MILLIS = 300_000;

    @Test
    void unitsAgreeInTheEndOnWhatLastWriterWinsSays() {
        Long one = Long.getLong("bookshelf.seed");
        if (one != null) {
            SimWorld world = run(one);
            world.transcript().forEach(System.out::println);
            return;
        }
        long seeds = Long.getLong("bookshelf.seeds", Boolean.getBoolean("bookshelf.full") ? 5_000 : 200);
        NavigableMap<Long, AssertionError> failures = runAll(seeds);
        if (!failures.isEmpty()) {
            throw failures.firstEntry().getValue();
        }
    }

    /** Runs them in order, until one fails: the first of those is the least seed that does, however many run at a time. */
    private static NavigableMap<Long, AssertionError> runAll(long seeds) {
        AtomicLong next = new AtomicLong();
        ConcurrentSkipListMap<Long, AssertionError> failures = new ConcurrentSkipListMap<>();
        int workers = Runtime.getRuntime().availableProcessors();
        try (ExecutorService pool = Executors.newFixedThreadPool(workers)) {
            for (int i = 0; i < workers; i++) {
                pool.execute(() -> {
                    long seed;
                    while (failures.isEmpty() && (seed = next.getAndIncrement()) < seeds) {
                        try {
                            run(seed);
                        } catch (AssertionError e) {
                            failures.put(seed, e);
                        }
                    }
                });
            }
        }
        return failures;
    }

    /** Runs it without JUnit, as the mutations do. */
    static void main() {
        new ReplicationSimulationTest().unitsAgreeInTheEndOnWhatLastWriterWinsSays();
    }

    private static SimWorld run(long seed) {
        SimWorld world = new SimWorld(seed);
        try {
            SimFaults faults = new SimFaults(world, SimFlavour.of(seed));
            faults.rage(20_000 + world.random.nextInt(60_000));
            faults.heal();
            long healedAt = world.now();
            @Nullable String differs;
            do {
                world.run(2_000);
                differs = difference(world);
            } while (differs != null && world.now() - healedAt < HEALING_MILLIS);
            if (differs != null) {
                throw world.wrong("not the same after " + HEALING_MILLIS / 1_000 + " s: " + differs);
            }
            judge(world);
            awaitNoTombstones(world);
            return world;
        } catch (Throwable e) {
            throw new AssertionError(
                    "seed " + seed + " (replay: mvn -pl schema,broker,replicator test"
                            + " -Dtest=ReplicationSimulationTest -Dsurefire.failIfNoSpecifiedTests=false"
                            + " -Dbookshelf.seed=" + seed + "): " + e.getMessage(),
                    e);
        }
    }

    /** What is not as it should be once all have agreed, null for nothing. */
    static @Nullable String difference(SimWorld world) {
        List<SimUnit> units = new ArrayList<>(world.units.values());
        Map<Key, Entry> first = shared(units.getFirst());
        for (SimUnit unit : units) {
            Map<Key, Entry> other = shared(unit);
            if (!versions(other).equals(versions(first))) {
                Set<Key> keys = new HashSet<>(first.keySet());
                keys.addAll(other.keySet());
                keys.removeIf(key -> {
                    Entry a = first.get(key);
                    Entry b = other.get(key);
                    return a != null && b != null && a.version().equals(b.version());
                });
                Key key = keys.iterator().next();
                return keys.size() + " keys differ, such as " + key + ": " + units.getFirst() + " has " + first.get(key)
                        + ", " + unit + " has " + other.get(key);
            }
            for (Map.Entry<String, PeerStatus> peer : unit.core().status().entrySet()) {
                if (peer.getValue().state() != PeerStatus.State.IN_SYNC) {
                    return unit + " says of " + peer.getKey() + ": " + peer.getValue();
                }
            }
        }
        return null;
    }

    private static Map<Key, Object> versions(Map<Key, Entry> entries) {
        Map<Key, Object> versions = new TreeMap<>();
        entries.forEach((key, entry) -> versions.put(key, entry.version()));
        return versions;
    }

    private static Map<Key, Entry> shared(SimUnit unit) {
        TreeMap<Key, Entry> live = unit.live();
        live.keySet().removeIf(key -> key.scope() == Scope.UNIT);
        return live;
    }

    private static void awaitNoTombstones(SimWorld world) {
        long since = world.now();
        Entry left;
        while ((left = tombstone(world)) != null) {
            if (world.now() - since > HEALING_MILLIS) {
                throw world.wrong("a tombstone that everybody has seen is still there: " + left);
            }
            // A unit that writes nothing cannot promise to write nothing older than the delete.
            world.units.values().forEach(unit -> unit.write(Key.of("k/later"), new byte[] {1}, 0));
            world.run(5_000);
        }
    }

    /** One that all units have seen, and all that it superseded, and that is of no time to come. */
    private static @Nullable Entry tombstone(SimWorld world) {
        for (SimUnit unit : world.units.values()) {
            for (Entry entry : unit.all().values()) {
                Scope scope = entry.key().scope();
                boolean seen = world.units.values().stream()
                        .map(other -> other.core().clock())
                        .allMatch(clock -> clock.covers(entry) && clock.covers(entry.seen(), scope));
                if (entry.deleted()
                        && scope != Scope.UNIT
                        && seen
                        && entry.version().millis() <= unit.clock.millis()) {
                    return entry;
                }
            }
        }
        return null;
    }

    private static void judge(SimWorld world) {
        long now = world.units.values().iterator().next().clock.millis();
        Map<Key, Entry> live = shared(world.units.values().iterator().next());
        Set<Key> keys = new HashSet<>(world.truth.keys());
        keys.addAll(live.keySet());
        for (Key key : keys) {
            if (key.scope() != Scope.UNIT) {
                String wrong = world.truth.judge(key, live.get(key), now);
                if (wrong != null) {
                    throw world.wrong(key + ": " + wrong);
                }
                Entry lost = world.truth.lostInSilence(key);
                if (lost != null) {
                    throw world.wrong("nobody was told that this lost: " + lost);
                }
            }
        }
    }
}
