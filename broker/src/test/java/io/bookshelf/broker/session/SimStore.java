package io.bookshelf.broker.session;

import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.Write;
import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.Version;
import io.bookshelf.store.MemorySessions;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What is on the simulated disk. Its pages are small, so that few keys make many of them. */
final class SimStore implements StoreReader {
    final TreeMap<Key, Entry> entries = new TreeMap<>();

    private final TreeMap<Long, Entry> bySequence = new TreeMap<>();

    /** The last write of each key, its delete too when the store has forgotten that. */
    final TreeMap<Key, Entry> last = new TreeMap<>();

    final MemorySessions sessions = new MemorySessions();
    private final int rowsAPage;
    private final SimClock clock;
    long sequence;

    SimStore(int rowsAPage, SimClock clock) {
        this.rowsAPage = rowsAPage;
        this.clock = clock;
    }

    Commit.Outcome apply(Submission submission) {
        Write write = submission.write();
        Entry entry = null;
        if (write != null) {
            sequence++;
            entry = new Entry(
                    write.key(),
                    write.value(),
                    write.deletes(),
                    write.qos(),
                    write.deletes() ? write.properties().authorOnly() : write.properties(),
                    new Version(HybridClock.stamp(1_700_000_000_000L + sequence), 1),
                    sequence,
                    Seen.NOTHING,
                    write.expirySeconds() == 0 || write.deletes() ? 0 : clock.millis() + write.expirySeconds() * 1_000,
                    sequence);
            Entry before = entries.put(write.key(), entry);
            if (before != null) {
                bySequence.remove(before.sequence());
            }
            bySequence.put(sequence, entry);
            last.put(write.key(), entry);
        }
        for (SessionChange change : submission.sessionChanges()) {
            sessions.apply(change instanceof SessionChange.QueuedEvent event ? event.behind(sequence) : change);
        }
        return new Commit.Outcome(submission, entry, sequence, null);
    }

    /** What was written between these two and is still the last of its key. */
    Collection<Entry> between(long after, long before) {
        return after + 1 < before
                ? bySequence.subMap(after, false, before, false).values()
                : List.of();
    }

    /** Expired values become tombstones, tombstones that nobody waits for go. */
    void keepHouse(long tombstoneFloor) {
        if (clock.known()) {
            entries.replaceAll(
                    (key, entry) -> entry.deleted() || entry.liveAt(clock.millis()) ? entry : entry.expired());
        }
        entries.values().removeIf(entry -> entry.deleted() && entry.sequence() <= tombstoneFloor);
        bySequence.clear();
        entries.values().forEach(entry -> bySequence.put(entry.sequence(), entry));
    }

    @Override
    public @Nullable Entry get(Key key) {
        return entries.get(key);
    }

    @Override
    public Page<String> scan(String prefix, @Nullable String after, long nowMillis, int maxEntries, int maxBytes) {
        List<Entry> found = new ArrayList<>();
        int most = Math.min(maxEntries, rowsAPage);
        long bytes = 0;
        Key from = after == null ? null : Key.of(after);
        for (Entry entry : (from == null ? entries : entries.tailMap(from, false)).values()) {
            if (entry.key().name().startsWith(prefix) && entry.liveAt(nowMillis)) {
                if (found.size() == most || bytes > maxBytes) {
                    return new Page<>(found, sequence, found.getLast().key().name());
                }
                found.add(entry);
                bytes += entry.value().length + entry.key().length();
            }
        }
        return new Page<>(found, sequence, null);
    }

    @Override
    public Page<Long> changesAfter(long after, long nowMillis, int maxEntries, int maxBytes) {
        List<Entry> found = new ArrayList<>();
        long bytes = 0;
        for (Entry entry : bySequence.tailMap(after, false).values()) {
            if (found.size() == Math.min(maxEntries, rowsAPage) || bytes > maxBytes) {
                return new Page<>(found, sequence, found.getLast().sequence());
            }
            found.add(entry.deleted() || entry.liveAt(nowMillis) ? entry : entry.expired());
            bytes += entry.value().length + entry.key().length();
        }
        return new Page<>(found, sequence, null);
    }

    @Override
    public List<Entry> bucket(int bucket) {
        return entries.values().stream()
                .filter(entry -> Bucket.of(entry.key()) == bucket)
                .toList();
    }

    /** Sessions keep nothing beside their own rows. */
    @Override
    public SortedMap<String, byte[]> kept(String prefix) {
        return new TreeMap<>();
    }

    @Override
    public void eachSession(Consumer<SessionChange> each) {
        sessions.each(each);
    }

    @Override
    public SessionEnd session(String clientId, Consumer<SessionChange> each) {
        return sessions.session(clientId, each);
    }

    @Override
    public List<SessionChange.QueuedEvent> events(String clientId, long after, int maxEvents, int maxBytes) {
        return sessions.events(clientId, after, Math.min(maxEvents, rowsAPage), maxBytes);
    }

    @Override
    public SessionChange.@Nullable QueuedEvent event(String clientId, long number) {
        return sessions.event(clientId, number);
    }

    @Override
    public void close() {}
}
