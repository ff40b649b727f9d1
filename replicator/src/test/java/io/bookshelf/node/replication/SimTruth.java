package io.bookshelf.node.replication;

import io.bookshelf.bus.Commit;
import io.bookshelf.replica.Merging.Verdict;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import io.bookshelf.store.StoreReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What was written, by whom whatever; from it follows what has to be there in the end: the greatest version of each key. */
final class SimTruth {
    private final Map<Key, TreeMap<Version, Entry>> written = new HashMap<>();
    private final Set<Version> acknowledged = new HashSet<>();
    private final Set<Version> excused = new HashSet<>();
    private final Set<Key> loose = new HashSet<>();
    private final Set<Version> told = new HashSet<>();
    private final Set<Version> taken = new HashSet<>();
    // Their author's unit has ended them, by a clock that nobody sets.
    private final Set<Version> ended = new HashSet<>();
    private final Map<String, Set<Version>> deletesHeld = new HashMap<>();
    // What a first write follows: deletes that its unit has held and forgotten, or knew to be over.
    private final Map<Version, Set<Version>> followed = new HashMap<>();
    private final Set<Version> hadFollower = new HashSet<>();
    private final Map<Long, EnumMap<Scope, Long>> counters = new HashMap<>();
    /** A unit that is sure of a wrong time expires by it. */
    boolean wildClocks;
    /** Whoever believed to be alone has forgotten deletes that others had not seen. */
    boolean anyRetired;
    /** Something was lost, or came back, that the network had taken account of. */
    boolean anyDisaster;

    /**
     * Takes account of a commit.
     *
     * @param latest what each key had before it, where it had anything; afterwards what it has
     */
    void committed(SimUnit unit, Commit commit, Map<Key, Entry> latest) {
        List<Entry> own = new ArrayList<>();
        for (Commit.Outcome outcome : commit.outcomes()) {
            Entry entry = outcome.entry();
            Entry before = entry == null ? null : latest.put(entry.key(), entry);
            if (outcome.submission().write() != null && entry != null) {
                written(unit, entry);
                if (before != null) {
                    hadFollower.add(before.version());
                }
                if (unit.retired) {
                    loosen(entry.key());
                }
                own.add(entry);
            }
            if (entry != null
                    && outcome.submission().write() == null
                    && !(outcome.submission() instanceof ArrivingEntry)) {
                ended.add(entry.version());
            }
            if (outcome.submission() instanceof ArrivingEntry arriving
                    && outcome.refusal() == null
                    && !arriving.kept().isEmpty()) {
                told(arriving.verdict());
            }
        }
        own.forEach(entry -> acknowledged.add(entry.version()));
    }

    /** A unit has kept a discarded write for somebody to look at. */
    private void told(Verdict verdict) {
        Entry loser = Objects.requireNonNull(verdict.loser());
        told.add(loser.version());
    }

    /** The deletes of an entry's key that came after it; what expires deletes too. */
    List<Entry> deletesAfter(Entry entry) {
        TreeMap<Version, Entry> all = written.getOrDefault(entry.key(), new TreeMap<>());
        return all.tailMap(entry.version(), false).values().stream()
                .filter(each -> each.deleted() || each.expiresAt() != 0)
                .toList();
    }

    /** A disaster took a unit's copy: what it would have lost against may come later. */
    void taken(Entry entry) {
        taken.add(entry.version());
    }

    /** True if some unit has kept it so. */
    boolean wasTold(Version loser) {
        return told.contains(loser);
    }

    /** A unit has a delete; it may forget it. */
    void heldDelete(String unit, Entry tombstone) {
        deletesHeld.computeIfAbsent(unit, name -> new HashSet<>()).add(tombstone.version());
    }

    private void written(SimUnit unit, Entry entry) {
        if (entry.seen().size() == 0) {
            Set<Version> known = new HashSet<>(deletesHeld.getOrDefault(unit.name, Set.of()));
            DotClock clock = unit.core().clock();
            for (Entry delete :
                    written.getOrDefault(entry.key(), new TreeMap<>()).values()) {
                if (delete.deleted() && clock.covers(delete)) {
                    known.add(delete.version());
                }
            }
            followed.put(entry.version(), known);
        }
        Long before = counters.computeIfAbsent(entry.version().replica(), replica -> new EnumMap<>(Scope.class))
                .put(entry.key().scope(), entry.counter());
        if (before != null && before >= entry.counter()) {
            throw new AssertionError("the counter of an author goes from " + before + " to " + entry.counter());
        }
        remember(entry);
    }

    private void remember(Entry entry) {
        TreeMap<Version, Entry> before = written.get(entry.key());
        boolean beatsNothing = entry.seen().size() == 0;
        if (wildClocks && before != null && beatsNothing && before.higherKey(entry.version()) != null) {
            // A clock that was far ahead was put right, after a delete of its time was forgotten: the later write
            // counts.
            loosen(entry.key());
        }
        written.computeIfAbsent(entry.key(), key -> new TreeMap<>()).put(entry.version(), entry);
    }

    /** A disaster took the only copy, and with it what it had superseded; {@code best} is left elsewhere, if anything is. */
    void excuse(Entry entry, @Nullable Version best) {
        TreeMap<Version, Entry> all = written.getOrDefault(entry.key(), new TreeMap<>());
        excused.addAll(all.headMap(entry.version(), true).keySet());
        if (best != null) {
            all.headMap(best, true).keySet().forEach(excused::remove);
        }
        excused.add(entry.version());
    }

    /** A unit that was retired wrote it: whoever has forgotten its tombstone cannot know what is newer. */
    void loosen(Key key) {
        loose.add(key);
    }

    boolean isKnown(Entry entry) {
        TreeMap<Version, Entry> all = written.get(entry.key());
        return all != null && all.containsKey(entry.version());
    }

    /**
     * What is wrong with what a unit claims of a key, null for nothing: where it covers a write it has that, or something newer,
     * or has let go of what is over.
     */
    @Nullable
    Entry claimedFalsely(Key key, DotClock clock, @Nullable Entry stored) {
        TreeMap<Version, Entry> all = written.get(key);
        if (all == null || loose.contains(key)) {
            return null;
        }
        for (Entry entry : all.descendingMap().values()) {
            if (stored != null && stored.version().compareTo(entry.version()) >= 0) {
                return null;
            }
            if (clock.covers(entry)) {
                // A clock that was taken over with equal roots covers deletes that this unit has never held, so a write
                // that
                // such a delete does not know of comes to life here. Whoever forgets the delete covers that write, or
                // its author is not listed; so the trees find it.
                boolean unknownToIt = stored != null
                        && entry.deleted()
                        && entry.seen().counter(stored.version().replica()) < stored.counter();
                if (unknownToIt) {
                    return null;
                }
                boolean gone = stored == null || stored.deleted();
                // Nothing is what a later delete leaves too, whoever has told of it so far.
                boolean over = gone
                        && all.tailMap(entry.version(), true).values().stream()
                                .anyMatch(each -> each.deleted() || each.expiresAt() != 0);
                // Whoever is back from an old file is served without the deletes that all have let go of; the trees
                // find it.
                return over || entry.deleted() && anyDisaster ? null : entry;
            }
        }
        return null;
    }

    Set<Key> keys() {
        return written.keySet();
    }

    /** A write that lost against one whose author had not seen it, and of which nobody was told; null for none. */
    @Nullable
    Entry lostInSilence(Key key) {
        TreeMap<Version, Entry> all = written.get(key);
        if (all == null || loose.contains(key) || key.scope() == Scope.UNIT) {
            return null;
        }
        for (Entry entry : all.values()) {
            Version version = entry.version();
            Collection<Entry> later = all.tailMap(version, false).values();
            boolean lost = later.stream()
                    .anyMatch(
                            each -> each.version().replica() != version.replica() && !excused.contains(each.version()));
            boolean succeeded = hadFollower.contains(version)
                    || later.stream().anyMatch(each -> followed.getOrDefault(each.version(), Set.of())
                            .contains(version));
            boolean forgotten = anyRetired && entry.deleted();
            boolean asked =
                    !forgotten && acknowledged.contains(version) && !taken.contains(version) && entry.expiresAt() == 0;
            if (lost && !succeeded && asked && !told.contains(version)) {
                return entry;
            }
        }
        return null;
    }

    /** Says what is wrong with what a unit has for a key in the end, null for nothing. */
    @Nullable
    String judge(Key key, @Nullable Entry live, long nowMillis) {
        TreeMap<Version, Entry> all = written.get(key);
        if (all == null) {
            return live == null ? null : "a value that nobody wrote";
        }
        if (live != null && !all.containsKey(live.version())) {
            return "a version that nobody wrote: " + live;
        }
        if (loose.contains(key)) {
            return null;
        }
        Entry must = null;
        for (Map.Entry<Version, Entry> each : all.descendingMap().entrySet()) {
            if (acknowledged.contains(each.getKey()) && !excused.contains(each.getKey())) {
                must = each.getValue();
                break;
            }
        }
        if (must == null) {
            return null;
        }
        boolean mustLive = must.liveAt(nowMillis);
        if (live != null && live.version().compareTo(must.version()) < 0) {
            return "an old value: " + live + " instead of " + must;
        }
        if (live != null && live.version().equals(must.version()) && !mustLive) {
            return "a value that is deleted or expired: " + live;
        }
        boolean laterDelete =
                all.tailMap(must.version(), false).values().stream().anyMatch(e -> !e.liveAt(nowMillis));
        boolean mayHaveExpired = must.expiresAt() != 0 && (wildClocks || ended.contains(must.version()));
        if (live == null && mustLive && !laterDelete && !mayHaveExpired) {
            return "nothing instead of " + must;
        }
        return null;
    }

    /** All entries of a disk that can be read. */
    static TreeMap<Key, Entry> entries(MemoryDisk disk) {
        MemoryStore opened = new MemoryStore(disk, new Random(1), List.of());
        TreeMap<Key, Entry> all = new TreeMap<>();
        try (StoreReader reader = opened.openReader()) {
            reader.changesAfter(0, 0, Integer.MAX_VALUE, Integer.MAX_VALUE)
                    .entries()
                    .forEach(entry -> all.put(entry.key(), entry));
        }
        return all;
    }
}
