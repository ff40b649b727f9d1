package io.bookshelf.store;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What lasts of a {@link MemoryStore} when its process dies. Whatever can happen to a disk can happen to this one. For one
 * thread.
 */
public final class MemoryDisk {
    final TreeMap<Key, Entry> entries = new TreeMap<>();
    final TreeMap<Long, Entry> bySequence = new TreeMap<>();
    final TreeMap<Long, Entry> tombstones = new TreeMap<>();
    final TreeMap<Long, TreeSet<Key>> due = new TreeMap<>();
    final Map<Integer, TreeMap<Key, Entry>> buckets = new HashMap<>();
    final TreeMap<String, byte[]> kept = new TreeMap<>();
    final MemorySessions sessions = new MemorySessions();
    private final Set<Key> damaged = new HashSet<>();
    // How to take back the last commit, in the order in which it was made.
    private final List<Runnable> undo = new ArrayList<>();
    private Head head = Head.EMPTY;
    private long replica;
    private boolean full;

    /** An image as it is now, for a unit that is restored from it, or for a second one. */
    public MemoryDisk copy() {
        MemoryDisk copy = new MemoryDisk();
        entries.forEach(copy::set);
        copy.kept.putAll(kept);
        copy.sessions.putAll(sessions);
        copy.damaged.addAll(damaged);
        copy.head = head;
        copy.replica = replica;
        copy.full = full;
        copy.undo.clear();
        return copy;
    }

    /** Loses the last commit, as a log whose tail is torn does; false if there is none to be lost. To be opened anew. */
    public boolean tearLastCommit() {
        List<Runnable> back = List.copyOf(undo).reversed();
        undo.clear();
        back.forEach(Runnable::run);
        undo.clear();
        return !back.isEmpty();
    }

    /** Damages the row of a key, which is then not read any more until it is written again. */
    public void damage(Key key) {
        if (entries.containsKey(key)) {
            damaged.add(key);
        }
    }

    /** From now on there is room for deletes only, or for all again. */
    public void full(boolean isFull) {
        full = isFull;
    }

    /** True if there is room for deletes only. */
    public boolean isFull() {
        return full;
    }

    /** Where the last commit left the file, with the counters of the author who made it. */
    public Head head() {
        return head;
    }

    /** The author of the last commit, 0 for none. */
    public long replica() {
        return replica;
    }

    /** How many keys have an entry, damaged ones included. */
    public int rows() {
        return entries.size();
    }

    /** True if the row of a key cannot be read. */
    public boolean isDamaged(Key key) {
        return !damaged.isEmpty() && damaged.contains(key);
    }

    /** A commit begins: the one before cannot be lost any more. */
    void begin() {
        undo.clear();
    }

    void stand(long author, Head at) {
        long replicaBefore = replica;
        Head headBefore = head;
        undo.add(() -> {
            replica = replicaBefore;
            head = headBefore;
        });
        replica = author;
        head = at;
    }

    void keep(String name, byte @Nullable [] value) {
        byte[] before = value == null ? kept.remove(name) : kept.put(name, value.clone());
        undo.add(() -> {
            if (before == null) {
                kept.remove(name);
            } else {
                kept.put(name, before);
            }
        });
    }

    void apply(SessionChange change) {
        undo.add(sessions.apply(change));
    }

    /** Puts an entry in place of what the key has; null removes it. */
    void set(Key key, @Nullable Entry after) {
        boolean wasDamaged = damaged.remove(key);
        Entry before = after == null ? entries.remove(key) : entries.put(key, after);
        if (before != null) {
            unlink(before);
        }
        if (after != null) {
            link(after);
        }
        undo.add(() -> {
            set(key, before);
            if (wasDamaged) {
                damaged.add(key);
            }
        });
    }

    private void link(Entry entry) {
        bySequence.put(entry.sequence(), entry);
        buckets.computeIfAbsent(Bucket.of(entry.key()), b -> new TreeMap<>()).put(entry.key(), entry);
        if (entry.deleted()) {
            tombstones.put(entry.sequence(), entry);
        } else if (entry.expiresAt() > 0) {
            due.computeIfAbsent(entry.expiresAt(), at -> new TreeSet<>()).add(entry.key());
        }
    }

    private void unlink(Entry entry) {
        bySequence.remove(entry.sequence());
        tombstones.remove(entry.sequence());
        int bucket = Bucket.of(entry.key());
        TreeMap<Key, Entry> others = buckets.get(bucket);
        if (others != null) {
            others.remove(entry.key());
            if (others.isEmpty()) {
                buckets.remove(bucket);
            }
        }
        TreeSet<Key> together = due.get(entry.expiresAt());
        if (together != null && together.remove(entry.key()) && together.isEmpty()) {
            due.remove(entry.expiresAt());
        }
    }
}
