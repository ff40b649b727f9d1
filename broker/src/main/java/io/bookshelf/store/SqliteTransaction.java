package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A transaction. It gathers its changes and writes them when it commits, in key order: only the last of several writes to a
 * key reaches the file, and rows that lie together are written together.
 */
final class SqliteTransaction implements WriteTransaction {
    private final SqliteStateStore store;
    private final Writer writer;
    private final List<EntryIndex> indexes;
    private final Ledger before;
    private final Map<Key, Change> changes = new HashMap<>();
    private final Ledger.Delta delta = new Ledger.Delta();
    private long lastSequence;
    private boolean over;

    SqliteTransaction(SqliteStateStore store, Writer writer, List<EntryIndex> indexes, Ledger before) {
        this.store = store;
        this.writer = writer;
        this.indexes = indexes;
        this.before = before;
        this.lastSequence = before.head().sequence();
    }

    /** A key that this transaction has looked at, and what is to become of it. */
    private static final class Change {
        private final Key key;
        // What the file has: whether there is a row, its entry if it is whole, and its checksum.
        private boolean rowInFile;
        private @Nullable Entry inFile;
        private long checksum;
        // What it is to have, if dirty.
        private @Nullable Entry after;
        private boolean dirty;

        Change(Key key) {
            this.key = key;
        }

        void found(@Nullable Entry entry, long rowChecksum) {
            rowInFile = true;
            inFile = entry;
            after = entry;
            checksum = rowChecksum;
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
        RowCache.Stored cached = writer.cache.get(key);
        if (cached != null) {
            change.found(cached.entry(), cached.checksum());
        } else {
            try {
                EntryTable.Row row = writer.read(key);
                if (row != null) {
                    change.found(row.entry(), row.checksum());
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
        try {
            flush();
            List<EntryTable.Row> rows = writer.expired(nowMillis, most);
            for (EntryTable.Row row : rows) {
                Entry live = row.entry();
                if (live != null) {
                    change(row, live, live.expired());
                }
            }
            return rows.size();
        } catch (SQLException e) {
            throw fail(e);
        }
    }

    @Override
    public int forgetTombstones(long throughSequence, long beforeMillis, int most) {
        requireOpen();
        try {
            flush();
            List<EntryTable.Row> rows = writer.tombstones(throughSequence, HybridClock.stamp(beforeMillis), most);
            for (EntryTable.Row row : rows) {
                Entry tombstone = row.entry();
                if (tombstone != null) {
                    change(row, tombstone, null);
                }
            }
            return rows.size();
        } catch (SQLException e) {
            throw fail(e);
        }
    }

    private void change(EntryTable.Row row, Entry inFile, @Nullable Entry after) {
        Change change = new Change(inFile.key());
        change.found(inFile, row.checksum());
        change.after = after;
        change.dirty = true;
        changes.put(inFile.key(), change);
    }

    @Override
    public void apply(SessionChange change) {
        requireOpen();
        writer.sessions.apply(change);
    }

    @Override
    public Head commit(long sequence, long clock, Map<Scope, Long> counters) {
        requireOpen();
        if (sequence < lastSequence) {
            throw new IllegalArgumentException("sequence " + sequence + " is behind " + lastSequence);
        }
        try {
            flush();
            writer.sessions.flush();
            Ledger after = before.after(sequence, clock, counters, delta);
            if (!after.equals(before)) {
                writer.save(after);
            }
            writer.db.commit();
            over = true;
            for (Change change : changes.values()) {
                remember(change);
            }
            store.committed(after);
            return after.head();
        } catch (SQLException e) {
            throw fail(e);
        }
    }

    /** Writes the changes gathered so far into the file's transaction. */
    private void flush() throws SQLException {
        List<Change> dirty = new ArrayList<>(changes.size());
        for (Change change : changes.values()) {
            if (change.dirty) {
                dirty.add(change);
            }
        }
        dirty.sort(Comparator.comparing((Change change) -> change.key));
        for (Change change : dirty) {
            write(change);
        }
    }

    private void write(Change change) throws SQLException {
        Entry after = change.after;
        for (EntryIndex index : indexes) {
            index.changed(change.inFile, after);
        }
        if (change.rowInFile && change.inFile == null) {
            delta.repairs++;
        }
        delta.keys += live(after) - live(change.inFile);
        delta.rows += (after == null ? 0 : 1) - (change.rowInFile ? 1 : 0);
        delta.sum -= change.rowInFile ? change.checksum : 0;
        if (after != null) {
            change.checksum = writer.write(after, change.rowInFile);
            delta.sum += change.checksum;
        } else if (change.rowInFile) {
            writer.delete(change.key);
        }
        change.inFile = after;
        change.rowInFile = after != null;
        change.dirty = false;
    }

    private void remember(Change change) {
        if (change.inFile != null) {
            writer.cache.put(new RowCache.Stored(change.inFile, change.checksum));
        } else {
            writer.cache.remove(change.key);
        }
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
        }
        store.ended(this);
    }
}
