package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of a {@link MemoryStore}: gathers, and touches the disk only when it commits. */
final class MemoryTransaction implements WriteTransaction {
    private static final int MOST_STARTS = 64;

    private final MemoryStore store;
    private final MemoryDisk disk;
    private final List<EntryIndex> indexes;
    private final Map<Key, Change> changes = new LinkedHashMap<>();
    private final List<SessionChange> sessionChanges = new ArrayList<>();
    private final Map<String, Kept> kept = new LinkedHashMap<>();
    private long lastSequence;
    private boolean indexesTold;
    private boolean over;

    MemoryTransaction(MemoryStore store, MemoryDisk disk, List<EntryIndex> indexes) {
        this.store = store;
        this.disk = disk;
        this.indexes = indexes;
        this.lastSequence = store.head().sequence();
    }

    private record Kept(byte @Nullable [] value) {}

    /** What a key had, and what it is to have. */
    private record Change(@Nullable Entry before, @Nullable Entry after) {}

    @Override
    public @Nullable Entry stored(Key key) {
        requireOpen();
        Change change = changes.get(key);
        return change == null ? store.whole(disk.entries.get(key)) : change.after;
    }

    private void change(Key key, @Nullable Entry after) {
        Change known = changes.get(key);
        changes.put(key, new Change(known == null ? store.whole(disk.entries.get(key)) : known.before, after));
    }

    @Override
    public void put(Entry entry) {
        requireOpen();
        if (entry.sequence() <= lastSequence) {
            throw new IllegalArgumentException(
                    "sequence " + entry.sequence() + " of " + entry.key() + " is not beyond " + lastSequence);
        }
        change(entry.key(), entry);
        lastSequence = entry.sequence();
    }

    @Override
    public int expire(long nowMillis, int most) {
        requireOpen();
        List<Entry> found = new ArrayList<>();
        for (Change change : changes.values()) {
            if (change.after != null && !change.after.deleted() && !change.after.liveAt(nowMillis)) {
                found.add(change.after);
            }
        }
        for (Set<Key> keys : disk.due.headMap(nowMillis, true).values()) {
            for (Key key : keys) {
                Entry entry = changes.containsKey(key) ? null : store.whole(disk.entries.get(key));
                if (entry != null) {
                    found.add(entry);
                }
            }
            if (found.size() >= most) {
                break;
            }
        }
        List<Entry> some = found.subList(0, Math.min(found.size(), most));
        some.forEach(entry -> change(entry.key(), entry.expired()));
        return some.size();
    }

    @Override
    public TombstoneSearch.Result forgetTombstones(TombstoneSearch search) {
        requireOpen();
        if (search.after() >= search.through()) {
            return new TombstoneSearch.Result(0, 0);
        }
        int looked = 0;
        int forgotten = 0;
        for (Entry each : disk.tombstones
                .subMap(search.after(), false, search.through(), true)
                .values()) {
            if (looked++ == search.most()) {
                return new TombstoneSearch.Result(forgotten, each.sequence() - 1);
            }
            Entry entry = changes.containsKey(each.key()) ? null : store.whole(each);
            if (entry == null) {
                continue;
            }
            switch (search.judge(entry)) {
                case FORGET -> {
                    change(entry.key(), null);
                    forgotten++;
                }
                case KEEP -> {}
                case END -> {
                    return new TombstoneSearch.Result(forgotten, 0);
                }
            }
        }
        return new TombstoneSearch.Result(forgotten, 0);
    }

    @Override
    public void apply(SessionChange change) {
        requireOpen();
        sessionChanges.add(change);
    }

    @Override
    public void keep(String name, byte @Nullable [] value) {
        requireOpen();
        kept.put(name, new Kept(value));
    }

    @Override
    public Head commit(long sequence, long clock, Map<Scope, Long> counters) {
        requireOpen();
        if (sequence < lastSequence) {
            throw new IllegalArgumentException("sequence " + sequence + " is behind " + lastSequence);
        }
        if (store.hasUnnoticedDamage()) {
            close();
            throw new StoreException(StoreException.Reason.DAMAGED, DamageLog.SENTENCE, null);
        }
        long keys = store.head().keys();
        for (Change change : changes.values()) {
            keys += live(change.after) - live(change.before);
            indexesTold = true;
            indexes.forEach(index -> index.changed(change.before, change.after));
        }
        Head before = store.head();
        Head after = new Head(
                sequence,
                clock,
                counters.getOrDefault(Scope.UNIT, before.unitCounter()),
                counters.getOrDefault(Scope.NETWORK, before.networkCounter()),
                counters.getOrDefault(Scope.EVERYWHERE, before.everywhereCounter()),
                keys);
        write(after);
        over = true;
        store.committed(after);
        indexes.forEach(index -> index.committed(after));
        return after;
    }

    private void write(Head after) {
        disk.begin();
        if (disk.replica() != store.replica()) {
            endLastStart();
        }
        changes.forEach((key, change) -> {
            disk.set(key, change.after);
            store.written(key);
        });
        sessionChanges.forEach(disk::apply);
        kept.forEach((name, row) -> disk.keep(name, row.value));
        if (store.forgetsClock()) {
            // Last, as in the file: what was to be kept in this transaction was learned before the damage was noticed.
            disk.keep(Starts.CLOCK.client(), null);
        }
        disk.stand(store.replica(), after);
    }

    private void endLastStart() {
        if (disk.replica() != 0) {
            Starts.rows(disk.replica(), disk.head()).forEach(disk::keep);
            List<String> starts =
                    new ArrayList<>(disk.kept.subMap("start/", "start0").keySet());
            starts.sort(Comparator.<String>comparingLong(
                            name -> ByteBuffer.wrap(disk.kept.get(name)).getLong())
                    .thenComparing(Comparator.naturalOrder()));
            starts.subList(0, Math.max(0, starts.size() - MOST_STARTS)).forEach(name -> disk.keep(name, null));
        }
    }

    private static int live(@Nullable Entry entry) {
        return entry == null || entry.deleted() ? 0 : 1;
    }

    private void requireOpen() {
        store.requireOpen();
        if (over) {
            throw new IllegalStateException("the transaction is over");
        }
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            if (indexesTold) {
                indexes.forEach(EntryIndex::discarded);
            }
        }
        store.ended(this);
    }
}
