package io.bookshelf.node.replication;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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
    private final Map<String, Set<Version>> deletesHeld = new HashMap<>();
    // What a first write follows: deletes that its unit has held and forgotten.
    private final Map<Version, Set<Version>> followed = new HashMap<>();
    private final Map<Long, EnumMap<Scope, Long>> counters = new HashMap<>();
    /** A unit that is sure of a wrong time expires by it. */
    boolean wildClocks;
    /** Whoever believed to be alone has forgotten deletes that others had not seen. */
    boolean anyRetired;

    /** A unit has kept a discarded write for somebody to look at. */
    void told(Entry loser) {
        told.add(loser.version());
    }

    /** The deletes of an entry's key that came after it. */
    List<Entry> deletesAfter(Entry entry) {
        TreeMap<Version, Entry> all = written.getOrDefault(entry.key(), new TreeMap<>());
        return all.tailMap(entry.version(), false).values().stream()
                .filter(Entry::deleted)
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

    /** A client's write has been applied; it may not have been told yet. */
    void written(String unit, Entry entry) {
        if (entry.seen().size() == 0) {
            followed.put(entry.version(), Set.copyOf(deletesHeld.getOrDefault(unit, Set.of())));
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

    void acknowledged(Entry entry) {
        acknowledged.add(entry.version());
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
            boolean succeeded = later.stream()
                    .anyMatch(each -> each.seen().counter(version.replica()) >= entry.counter()
                            || followed.getOrDefault(each.version(), Set.of()).contains(version));
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
        boolean mayHaveExpired = wildClocks && must.expiresAt() != 0;
        if (live == null && mustLive && !laterDelete && !mayHaveExpired) {
            return "nothing instead of " + must;
        }
        return null;
    }
}
