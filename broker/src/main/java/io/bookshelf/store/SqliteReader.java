package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads over a connection of its own, which it opens anew when the file has been replaced. */
final class SqliteReader implements StoreReader {
    // Rows that a page may look at without returning them: tombstones, expired and damaged ones.
    private static final int MOST_PASSED_OVER = 4_096;
    // Greater than every key: no UTF-8 holds this byte.
    private static final byte[] BEYOND_ALL = {(byte) 0xff};

    private final SqliteStateStore store;
    private @Nullable Connected connected;
    private boolean closed;

    SqliteReader(SqliteStateStore store) {
        this.store = store;
    }

    @FunctionalInterface
    private interface Read<T extends @Nullable Object> {
        T from(Connected connected) throws SQLException;
    }

    /** A connection to the file, with its statements. */
    private static final class Connected {
        private final Db db;
        private final EntryTable table = new EntryTable();
        private final SessionReader sessions;
        private final PreparedStatement head;
        private final PreparedStatement get;
        private final PreparedStatement scan;
        private final PreparedStatement changes;

        Connected(Path file, DamageLog damage) throws SQLException {
            db = Db.openReader(file);
            try {
                String select = "SELECT " + EntryTable.COLUMNS + " FROM entry ";
                sessions = new SessionReader(db, damage);
                head = db.prepare("SELECT sequence FROM head WHERE id=1");
                get = db.prepare(select + "WHERE key=?");
                scan = db.prepare(select + "WHERE key>=? AND key<? ORDER BY key");
                changes = db.prepare(select + "INDEXED BY entry_seq WHERE seq>? ORDER BY seq");
            } catch (SQLException | RuntimeException e) {
                db.close();
                throw e;
            }
        }

        private long sequence() throws SQLException {
            try (ResultSet row = head.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    @Override
    public @Nullable Entry get(Key key) {
        return read(c -> {
            c.get.setBytes(1, key.utf8());
            try (ResultSet rows = c.get.executeQuery()) {
                return rows.next() ? whole(c, rows).entry() : null;
            }
        });
    }

    @Override
    public Page<String> scan(String prefix, @Nullable String after, long nowMillis, int maxEntries, int maxBytes) {
        byte[] start = prefix.getBytes(StandardCharsets.UTF_8);
        byte[] end = successor(start);
        byte[] from = start;
        if (after != null) {
            byte[] next = behind(after.getBytes(StandardCharsets.UTF_8));
            from = Arrays.compareUnsigned(next, start) > 0 ? next : start;
        }
        byte[] first = from;
        return transaction(c -> {
            c.scan.setBytes(1, first);
            c.scan.setBytes(2, end);
            try (ResultSet rows = c.scan.executeQuery()) {
                PageBuilder page = new PageBuilder(maxEntries, maxBytes);
                while (page.hasRoom() && rows.next()) {
                    EntryTable.Row row = whole(c, rows);
                    Entry entry = row.entry();
                    page.add(row, entry != null && entry.liveAt(nowMillis) ? entry : null);
                }
                EntryTable.Row last = page.next(rows);
                String next = last == null ? null : new String(last.key(), StandardCharsets.UTF_8);
                return new Page<>(page.entries, c.sequence(), next);
            }
        });
    }

    @Override
    public Page<Long> changesAfter(long sequence, long nowMillis, int maxEntries, int maxBytes) {
        return transaction(c -> {
            c.changes.setLong(1, sequence);
            try (ResultSet rows = c.changes.executeQuery()) {
                PageBuilder page = new PageBuilder(maxEntries, maxBytes);
                while (page.hasRoom() && rows.next()) {
                    EntryTable.Row row = whole(c, rows);
                    Entry entry = row.entry();
                    boolean expires = entry != null && !entry.deleted() && !entry.liveAt(nowMillis);
                    page.add(row, entry != null && expires ? entry.expired() : entry);
                }
                EntryTable.Row last = page.next(rows);
                return new Page<>(page.entries, c.sequence(), last == null ? null : last.seq());
            }
        });
    }

    @Override
    public List<StoredSession> sessions() {
        return transaction(c -> c.sessions.sessions());
    }

    @Override
    public List<SessionChange.QueuedEvent> events(String clientId, long after, int maxEvents, int maxBytes) {
        return transaction(c -> c.sessions.events(clientId, after, maxEvents, maxBytes));
    }

    @Override
    public SessionChange.@Nullable QueuedEvent event(String clientId, long number) {
        return read(c -> c.sessions.event(clientId, number));
    }

    /** Gathers a page. */
    private static final class PageBuilder {
        private final int maxEntries;
        private final int maxBytes;
        private final List<Entry> entries;
        private EntryTable.@Nullable Row last;
        private long bytes;
        private int passedOver;

        PageBuilder(int maxEntries, int maxBytes) {
            this.maxEntries = maxEntries;
            this.maxBytes = maxBytes;
            this.entries = new ArrayList<>(Math.min(maxEntries, 256));
        }

        boolean hasRoom() {
            return entries.size() < maxEntries && bytes <= maxBytes && passedOver < MOST_PASSED_OVER;
        }

        void add(EntryTable.Row row, @Nullable Entry entry) {
            // The key of a damaged row is no place to go on from, unless there is no other.
            if (row.entry() != null || last == null || last.entry() == null) {
                last = row;
            }
            if (entry == null) {
                passedOver++;
            } else {
                entries.add(entry);
                bytes += entry.key().length() + entry.value().length;
            }
        }

        /** The last row to go on behind, or null if there is none behind it. */
        EntryTable.@Nullable Row next(ResultSet rows) throws SQLException {
            return hasRoom() || !rows.next() ? null : last;
        }
    }

    private EntryTable.Row whole(Connected c, ResultSet rows) throws SQLException {
        EntryTable.Row row = c.table.read(rows);
        if (row.entry() == null) {
            store.damage().row(row);
        }
        return row;
    }

    /** Runs several statements on one commit's state. */
    private <T> T transaction(Read<T> read) {
        return read(c -> {
            c.db.begin();
            try {
                T result = read.from(c);
                c.db.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                c.db.rollback();
                throw e;
            }
        });
    }

    private synchronized <T extends @Nullable Object> T read(Read<T> read) {
        store.files().readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the reader is closed");
            }
            Connected c = connected;
            if (c == null) {
                c = new Connected(store.file(), store.damage());
                connected = c;
            }
            return read.from(c);
        } catch (SQLException e) {
            // After some errors the driver has closed the statement that failed.
            disconnect();
            throw store.failed(e);
        } finally {
            store.files().readLock().unlock();
        }
    }

    /** Lets go of the file, which is about to be replaced. */
    void disconnect() {
        Connected c = connected;
        connected = null;
        if (c != null) {
            try {
                c.db.close();
            } catch (SQLException e) {
                // It only read: nothing is lost.
            }
        }
    }

    @Override
    public synchronized void close() {
        store.files().readLock().lock();
        try {
            closed = true;
            disconnect();
        } finally {
            store.files().readLock().unlock();
        }
        store.closed(this);
    }

    private static byte[] successor(byte[] prefix) {
        if (prefix.length == 0) {
            return BEYOND_ALL;
        }
        // The last byte of UTF-8 is never 0xFF, so it can be counted up.
        byte[] successor = prefix.clone();
        successor[successor.length - 1]++;
        return successor;
    }

    private static byte[] behind(byte[] key) {
        return Arrays.copyOf(key, key.length + 1);
    }
}
