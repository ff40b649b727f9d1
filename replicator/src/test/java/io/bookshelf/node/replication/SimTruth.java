package io.bookshelf.node.replication;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Version;
import java.util.HashMap;
import java.util.HashSet;
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
    final Set<Version> reportedLost = new HashSet<>();
    /** A unit that is sure of a wrong time expires by it. */
    boolean wildClocks;

    /** A client's write has been applied; it may not have been told yet. */
    void written(Entry entry) {
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
