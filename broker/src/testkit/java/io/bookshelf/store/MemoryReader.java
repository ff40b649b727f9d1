package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads what was committed to a {@link MemoryStore}. */
final class MemoryReader implements StoreReader {
    private final MemoryStore store;
    private final MemoryDisk disk;

    MemoryReader(MemoryStore store, MemoryDisk disk) {
        this.store = store;
        this.disk = disk;
    }

    @Override
    public @Nullable Entry get(Key key) {
        store.requireOpen();
        return store.whole(disk.entries.get(key));
    }

    @Override
    public Page<String> scan(String prefix, @Nullable String after, long nowMillis, int maxEntries, int maxBytes) {
        store.requireOpen();
        Iterator<Entry> rows = from(prefix, after).iterator();
        List<Entry> page = new ArrayList<>();
        long bytes = 0;
        String last = null;
        while (rows.hasNext()) {
            Entry row = rows.next();
            if (!row.key().name().startsWith(prefix)) {
                break;
            }
            if (last != null && (page.size() >= maxEntries || bytes > maxBytes)) {
                return new Page<>(page, store.head().sequence(), last);
            }
            last = row.key().name();
            Entry entry = store.whole(row);
            if (entry != null && entry.liveAt(nowMillis)) {
                page.add(entry);
                bytes += weight(entry);
            }
        }
        return new Page<>(page, store.head().sequence(), null);
    }

    private Collection<Entry> from(String prefix, @Nullable String after) {
        if (after != null && (prefix.isEmpty() || Key.of(after).compareTo(Key.of(prefix)) >= 0)) {
            return disk.entries.tailMap(Key.of(after), false).values();
        }
        return prefix.isEmpty()
                ? disk.entries.values()
                : disk.entries.tailMap(Key.of(prefix), true).values();
    }

    @Override
    public Page<Long> changesAfter(long sequence, long nowMillis, int maxEntries, int maxBytes) {
        store.requireOpen();
        List<Entry> page = new ArrayList<>();
        long bytes = 0;
        Long last = null;
        for (Entry row : disk.bySequence.tailMap(sequence, false).values()) {
            if (last != null && (page.size() >= maxEntries || bytes > maxBytes)) {
                return new Page<>(page, store.head().sequence(), last);
            }
            last = row.sequence();
            Entry entry = store.whole(row);
            if (entry != null) {
                page.add(entry.deleted() || entry.liveAt(nowMillis) ? entry : entry.expired());
                bytes += weight(entry);
            }
        }
        return new Page<>(page, store.head().sequence(), null);
    }

    private static long weight(Entry entry) {
        return entry.key().length() + entry.value().length;
    }

    @Override
    public List<Entry> bucket(int bucket) {
        store.requireOpen();
        Map<Key, Entry> found = disk.buckets.get(bucket);
        return found == null
                ? List.of()
                : found.values().stream()
                        .filter(entry -> store.whole(entry) != null)
                        .toList();
    }

    @Override
    public SortedMap<String, byte[]> kept(String prefix) {
        store.requireOpen();
        SortedMap<String, byte[]> found = new TreeMap<>();
        for (Map.Entry<String, byte[]> row : disk.kept.tailMap(prefix, true).entrySet()) {
            if (!row.getKey().startsWith(prefix)) {
                break;
            }
            found.put(row.getKey(), row.getValue().clone());
        }
        return found;
    }

    @Override
    public void eachSession(Consumer<SessionChange> each) {
        store.requireOpen();
        disk.sessions.each(each);
    }

    @Override
    public long session(String clientId, Consumer<SessionChange> each) {
        store.requireOpen();
        return disk.sessions.session(clientId, each);
    }

    @Override
    public List<SessionChange.QueuedEvent> events(String clientId, long after, int maxEvents, int maxBytes) {
        store.requireOpen();
        return disk.sessions.events(clientId, after, maxEvents, maxBytes);
    }

    @Override
    public SessionChange.@Nullable QueuedEvent event(String clientId, long number) {
        store.requireOpen();
        return disk.sessions.event(clientId, number);
    }

    @Override
    public void close() {}
}
