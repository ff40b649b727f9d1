package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.Collection;
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
        Pages<String> page = new Pages<>(maxEntries, maxBytes);
        for (Entry row : from(prefix, after)) {
            if (!row.key().name().startsWith(prefix)) {
                break;
            }
            if (!page.hasRoom()) {
                return page.page(true);
            }
            Entry entry = store.whole(row);
            page.add(row.key().name(), entry != null, entry != null && entry.liveAt(nowMillis) ? entry : null);
        }
        return page.page(false);
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
        Pages<Long> page = new Pages<>(maxEntries, maxBytes);
        for (Entry row : disk.bySequence.tailMap(sequence, false).values()) {
            if (!page.hasRoom()) {
                return page.page(true);
            }
            Entry entry = store.whole(row);
            boolean over = entry != null && !entry.deleted() && !entry.liveAt(nowMillis);
            page.add(row.sequence(), entry != null, over && entry != null ? entry.expired() : entry);
        }
        return page.page(false);
    }

    /** Gathers a page within the bounds that the reader of a file has too. */
    private final class Pages<T> {
        private final int maxEntries;
        private final int maxBytes;
        private final List<Entry> entries = new ArrayList<>();
        private @Nullable T last;
        private boolean lastIsWhole;
        private long bytes;
        private int passedOver;

        Pages(int maxEntries, int maxBytes) {
            this.maxEntries = maxEntries;
            this.maxBytes = maxBytes;
        }

        boolean hasRoom() {
            return entries.size() < maxEntries && bytes <= maxBytes && passedOver < store.mostPassedOver();
        }

        void add(T place, boolean whole, @Nullable Entry entry) {
            if (whole || !lastIsWhole) {
                last = place;
                lastIsWhole = whole;
            }
            if (entry == null) {
                passedOver++;
            } else {
                entries.add(entry);
                bytes += entry.key().length()
                        + entry.value().length
                        + entry.properties().weight();
            }
        }

        Page<T> page(boolean more) {
            return new Page<>(entries, store.head().sequence(), more ? last : null);
        }
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
    public SessionEnd session(String clientId, Consumer<SessionChange> each) {
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
