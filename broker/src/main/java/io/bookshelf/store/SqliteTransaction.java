package io.bookshelf.store;

import static java.util.Objects.requireNonNull;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A transaction. It gathers its changes and logs them when it commits: only the last of several writes to a key reaches the
 * log. Each commit also folds a part of what the log has gathered, when that is due.
 */
final class SqliteTransaction implements WriteTransaction {
    private final SqliteStateStore store;
    private final Writer writer;
    private final Recent recent;
    private final StoreOptions options;
    private final Ledger before;
    private final Map<Key, Change> changes = new HashMap<>();
    private final LogBatch.Encoder encoder = new LogBatch.Encoder();
    private long lastSequence;
    private boolean indexesTold;
    private boolean over;

    SqliteTransaction(SqliteStateStore store, Writer writer, Recent recent, StoreOptions options, Ledger before) {
        this.store = store;
        this.writer = writer;
        this.recent = recent;
        this.options = options;
        this.before = before;
        this.lastSequence = before.head().sequence();
        writer.metDamage = false;
    }

    /** A key that this transaction has looked at, and what is to become of it. */
    private static final class Change {
        private final Key key;
        // What the store has, and what of that is in the entry table; null where it is not known.
        private @Nullable Entry before;
        private Recent.@Nullable FileRow file = Recent.FileRow.NONE;
        // What it is to have, if dirty.
        private @Nullable Entry after;
        private boolean dirty;

        Change(Key key) {
            this.key = key;
        }

        void found(@Nullable Entry entry, Recent.@Nullable FileRow row) {
            before = entry;
            after = entry;
            file = row;
        }
    }

    @Override
    public @Nullable Entry stored(Key key) {
        return look(key).after;
    }

    @Override
    public void put(Entry entry) {
        if (entry.sequence() <= lastSequence) {
            throw new IllegalArgumentException(
                    "sequence " + entry.sequence() + " of " + entry.key() + " is not beyond " + lastSequence);
        }
        Change change = look(entry.key());
        change.after = entry;
        change.dirty = true;
        lastSequence = entry.sequence();
    }

    private Change look(Key key) {
        requireOpen();
        Change known = changes.get(key);
        if (known != null) {
            return known;
        }
        Change change = new Change(key);
        Recent.Item logged = recent.get(key);
        Recent.Item settled = logged == null ? recent.settled(key) : null;
        if (logged != null) {
            change.found(logged.entry(), recent.fileRowBehind(logged));
        } else if (settled != null) {
            change.found(settled.entry(), Recent.FileRow.whole(settled.checksum()));
        } else {
            try {
                EntryTable.Row row = writer.read(key);
                if (row != null) {
                    change.found(row.entry(), new Recent.FileRow(true, row.entry() != null, row.checksum()));
                }
            } catch (SQLException e) {
                throw fail(e);
            }
        }
        changes.put(key, change);
        return change;
    }

    @Override
    public int expire(long nowMillis, int most) {
        requireOpen();
        int expired = 0;
        for (Change change : changes.values()) {
            Entry after = change.after;
            if (expired < most && change.dirty && after != null && isDue(after, nowMillis)) {
                change.after = after.expired();
                expired++;
            }
        }
        List<Key> due = new ArrayList<>();
        for (Recent.Item item : recent.expired(nowMillis)) {
            if (!isDirty(item.entry().key())) {
                due.add(item.entry().key());
            }
        }
        if (expired + due.size() < most) {
            due.addAll(due(nowMillis, most - expired - due.size()));
        }
        for (Key key : due.subList(0, Math.min(due.size(), most - expired))) {
            Change change = look(key);
            Entry live = change.after;
            if (live != null) {
                change.after = live.expired();
                change.dirty = true;
                expired++;
            }
        }
        return expired;
    }

    private static boolean isDue(Entry entry, long nowMillis) {
        return !entry.deleted() && !entry.liveAt(nowMillis);
    }

    private List<Key> due(long nowMillis, int most) {
        try {
            return writer.expired(nowMillis, most, onlyInTable()).stream()
                    .map(SqliteTransaction::key)
                    .toList();
        } catch (SQLException e) {
            throw fail(e);
        }
    }

    @Override
    public TombstoneSearch.Result forgetTombstones(TombstoneSearch search) {
        requireOpen();
        long beforeStamp = HybridClock.stamp(search.nowMillis() - search.ageMillis());
        try {
            if (recent.hasTombstonesBefore(beforeStamp) && isUntouched()) {
                // What is forgotten must be in the table alone. This transaction has done nothing yet, so it can wait.
                writer.db.commit();
                changes.clear();
                store.folding().all();
                writer.db.beginImmediate();
            }
            List<EntryTable.Row> rows = new ArrayList<>();
            long next = writer.tombstones(search, onlyInTable(), rows::add);
            for (EntryTable.Row row : rows) {
                Change change = look(key(row));
                change.after = null;
                change.dirty = true;
            }
            return new TombstoneSearch.Result(rows.size(), next);
        } catch (SQLException e) {
            throw fail(e);
        }
    }

    /** True for the keys whose row in the table is what the store has. */
    private Predicate<byte[]> onlyInTable() {
        Recent.View view = recent.view();
        return key -> view.get(key) == null && !isDirty(Key.of(new String(key, StandardCharsets.UTF_8)));
    }

    private static Key key(EntryTable.Row row) {
        return Key.of(new String(row.key(), StandardCharsets.UTF_8));
    }

    private boolean isDirty(Key key) {
        Change change = changes.get(key);
        return change != null && change.dirty;
    }

    private boolean isUntouched() {
        return writer.sessions.isEmpty() && changes.values().stream().noneMatch(change -> change.dirty);
    }

    @Override
    public void apply(SessionChange change) {
        requireOpen();
        writer.sessions.apply(change);
    }

    @Override
    public void keep(String name, byte @Nullable [] value) {
        requireOpen();
        writer.sessions.keep(name, value);
    }

    @Override
    public Head commit(long sequence, long clock, Map<Scope, Long> counters) {
        requireOpen();
        if (sequence < lastSequence) {
            throw new IllegalArgumentException("sequence " + sequence + " is behind " + lastSequence);
        }
        if (writer.metDamage && store.hasUnnoticedDamage()) {
            // What is lost was taken for what never was; whoever is told of the damage may decide otherwise.
            close();
            throw new StoreException(StoreException.Reason.DAMAGED, DamageLog.SENTENCE, null);
        }
        try {
            Ledger.Delta delta = new Ledger.Delta();
            List<Recent.Item> items = settle(delta);
            Ledger moved = store.ledger().after(sequence, clock, counters, delta);
            long lastId = append(items, moved);
            Fold fold = store.folding().beside(items, delta);
            Ledger after = store.ledger().after(sequence, clock, counters, delta);
            store.save(after);
            writer.sessions.flush();
            writer.db.commit();
            over = true;
            committed(fold, items, lastId, after);
            return after.head();
        } catch (SQLException e) {
            throw fail(e);
        }
    }

    /** Memory follows the file. Where it cannot, nobody may go on as if it had. */
    private void committed(Fold fold, List<Recent.Item> items, long lastId, Ledger after) {
        try {
            fold.committed();
            for (Change change : changes.values()) {
                if (change.dirty && change.after == null) {
                    recent.forget(change.key);
                }
            }
            recent.add(items, lastId, after.head().sequence(), freed());
            if (recent.isFull()) {
                recent.beginFolding();
            }
            store.committed(after);
            options.indexes().forEach(index -> index.committed(after.head()));
        } catch (RuntimeException e) {
            throw new StoreFailure("a commit is on disk, and what follows it failed", e);
        }
    }

    /** Tells the indexes, deletes what is forgotten, and gives what is to be logged, in the order of the sequence. */
    private List<Recent.Item> settle(Ledger.Delta delta) throws SQLException {
        List<Change> logged = new ArrayList<>();
        for (Change change : changes.values()) {
            if (!change.dirty) {
                continue;
            }
            Entry after = change.after;
            for (EntryIndex index : options.indexes()) {
                indexesTold = true;
                index.changed(change.before, after);
            }
            Recent.FileRow file = change.file;
            // A damaged row counts as a row, as it is one that the store should have.
            boolean known = change.before != null || (file != null && file.present());
            delta.keys += live(after) - live(change.before);
            delta.all += (after == null ? 0 : 1) - (known ? 1 : 0);
            if (after != null) {
                logged.add(change);
            } else if (file != null && file.present()) {
                writer.delete(change.key);
                delta.rows--;
                delta.sum -= file.checksum();
            }
        }
        logged.sort(
                Comparator.comparingLong(change -> requireNonNull(change.after).sequence()));
        return logged.stream()
                .map(change -> encoder.add(requireNonNull(change.after), change.file))
                .toList();
    }

    private long freed() {
        long freed = 0;
        for (Change change : changes.values()) {
            if (change.dirty && change.before != null) {
                freed += change.before.value().length;
            }
        }
        return freed;
    }

    /** Appends to the log where the store moves; returns the number of its last row. */
    private long append(List<Recent.Item> items, Ledger moved) throws SQLException {
        long id = recent.nextLogId();
        if (items.isEmpty() && moved.head().equals(before.head()) && moved.all() == before.all()) {
            return id - 1;
        }
        LogBatch.Start start = new LogBatch.Start(moved.head(), moved.replica(), moved.all());
        for (byte[] batch : encoder.batches(id, start)) {
            writer.append(id++, batch);
        }
        return id - 1;
    }

    private static int live(@Nullable Entry entry) {
        return entry == null || entry.deleted() ? 0 : 1;
    }

    private void requireOpen() {
        if (over) {
            throw new IllegalStateException("the transaction is over");
        }
    }

    private StoreException fail(SQLException e) {
        close();
        return store.writerFailed(e);
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            writer.sessions.clear();
            writer.db.rollback();
            if (indexesTold) {
                options.indexes().forEach(EntryIndex::discarded);
            }
        }
        store.ended(this);
    }
}
