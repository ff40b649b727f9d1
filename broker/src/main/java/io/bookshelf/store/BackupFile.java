package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A backup that is read: for whoever wants to write its values anew, key by key. Belongs to one thread. */
public final class BackupFile implements AutoCloseable {
    private static final int ROWS_A_PAGE = 256;
    // Less than every key, which has at least one byte.
    private static final byte[] BEFORE_ALL = {};

    private final Path file;
    private final StoreExamination examination;
    private final DamageLog damage = new DamageLog();
    private final EntryTable table = new EntryTable();
    private final Db db;
    private final PreparedStatement page;
    // What the store had not yet brought into its table: each key at its newest.
    private final NavigableMap<byte[], Entry> logged = new TreeMap<>(Arrays::compareUnsigned);

    private BackupFile(Path file, StoreExamination examination) throws SQLException {
        this.file = file;
        this.examination = examination;
        db = Db.openStill(file);
        try {
            page = db.prepare(
                    "SELECT " + EntryTable.COLUMNS + " FROM entry WHERE key>? ORDER BY key LIMIT " + ROWS_A_PAGE);
            LogTable.read(db, damage, item -> logged.put(item.key(), item.entry()));
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
    }

    /**
     * Opens a backup, after each of its rows was verified.
     *
     * @throws StoreException if it is none, or one of a version that stores values otherwise
     */
    public static BackupFile open(Path file) {
        StoreExamination found = StoreExamination.of(file, false, Progress.UNSEEN);
        if (found.kind() != StoreExamination.Kind.CURRENT) {
            throw new StoreException(
                    StoreException.Reason.IO,
                    found.kind() == StoreExamination.Kind.ABSENT
                            ? "there is no file " + file + ": name a file that bookshelf backup made"
                            : file + " is no backup that this version can read: name a file that bookshelf backup made",
                    null);
        }
        try {
            return new BackupFile(file, found);
        } catch (SQLException e) {
            throw unreadable(file, e);
        }
    }

    /** What it holds. */
    public StoreExamination examination() {
        return examination;
    }

    /**
     * The entries that hold a value, in the order of their keys; those that are damaged are left out.
     *
     * @param nowMillis those that had expired by then, in milliseconds since the epoch, are left out; 0 leaves out none
     */
    public Iterator<Entry> live(long nowMillis) {
        return new Live(nowMillis);
    }

    private final class Live implements Iterator<Entry> {
        private final long nowMillis;
        private final ArrayDeque<Entry> ready = new ArrayDeque<>();
        private byte @Nullable [] after = BEFORE_ALL;

        Live(long nowMillis) {
            this.nowMillis = nowMillis;
        }

        @Override
        public boolean hasNext() {
            while (ready.isEmpty() && after != null) {
                after = read(after);
            }
            return !ready.isEmpty();
        }

        @Override
        public Entry next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return ready.remove();
        }

        /** Reads a page and returns where to go on, null at the end. */
        private byte @Nullable [] read(byte[] from) {
            NavigableMap<byte[], Entry> found = new TreeMap<>(Arrays::compareUnsigned);
            byte[] last = from;
            int rows = 0;
            try {
                page.setBytes(1, from);
                try (ResultSet each = page.executeQuery()) {
                    for (; each.next(); rows++) {
                        EntryTable.Row row = table.read(each);
                        last = row.key();
                        if (row.entry() != null) {
                            found.put(row.key(), row.entry());
                        }
                    }
                }
            } catch (SQLException e) {
                throw unreadable(file, e);
            }
            boolean atEnd = rows < ROWS_A_PAGE;
            NavigableMap<byte[], Entry> newer =
                    atEnd ? logged.tailMap(from, false) : logged.subMap(from, false, last, true);
            newer.forEach(
                    (key, entry) -> found.merge(key, entry, (old, next) -> Merge.isNewer(old, next) ? old : next));
            found.values().stream().filter(entry -> entry.liveAt(nowMillis)).forEach(ready::add);
            return atEnd ? null : last;
        }
    }

    private static StoreException unreadable(Path file, SQLException e) {
        return new StoreException(
                StoreException.Reason.IO, file + " cannot be read (" + e.getMessage() + "): use another backup", e);
    }

    @Override
    public void close() {
        try {
            db.close();
        } catch (SQLException e) {
            // It was only read.
        }
    }
}
