package io.bookshelf.store;

import static java.util.Objects.requireNonNull;

import io.bookshelf.schema.Bucket;
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
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads over a connection of its own, which it opens anew when the file has been replaced. */
final class SqliteReader implements StoreReader {
    // Greater than every key: no UTF-8 holds this byte.
    private static final byte[] BEYOND_ALL = {(byte) 0xff};

    private final SqliteStateStore store;
    private @Nullable Connected connected;
    private volatile boolean closed;

    SqliteReader(SqliteStateStore store) {
        this.store = store;
    }

    @FunctionalInterface
    private interface Read<T extends @Nullable Object> {
        T from(Connected connected) throws SQLException;
    }

    @FunctionalInterface
    private interface ReadBoth<T> {
        T from(Connected connected, Recent.View view) throws SQLException;
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
        private final PreparedStatement bucket;

        Connected(Path file, DamageLog damage, BooleanSupplier goOn) throws SQLException {
            db = Db.openReader(file, goOn);
            try {
                String select = "SELECT " + EntryTable.COLUMNS + " FROM entry ";
                sessions = new SessionReader(db, damage);
                head = db.prepare("SELECT sequence FROM head WHERE id=1");
                get = db.prepare(select + "WHERE key=?");
                scan = db.prepare(select + "WHERE key>=? AND key<? ORDER BY key");
                changes = db.prepare(select + "INDEXED BY entry_seq WHERE seq>? AND seq<=? ORDER BY seq");
                bucket = db.prepare(select + "INDEXED BY entry_bucket WHERE bucket=?");
            } catch (SQLException | RuntimeException e) {
                db.close();
                throw e;
            }
        }

        /** Settles, in a transaction, which state of the file it reads. */
        private void pin() throws SQLException {
            head.executeQuery().close();
        }
    }

    @Override
    public @Nullable Entry get(Key key) {
        byte[] bytes = key.utf8();
        return read(c -> {
            Recent.Item item = store.recent().view().get(bytes);
            if (item != null) {
                return item.entry();
            }
            c.get.setBytes(1, bytes);
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
        return consistent((c, view) -> {
            c.scan.setBytes(1, first);
            c.scan.setBytes(2, end);
            try (ResultSet rows = c.scan.executeQuery()) {
                Rows table = new Rows(c, rows);
                Merge logged = Merge.byKey(view, first, end);
                PageBuilder page = new PageBuilder(maxEntries, maxBytes);
                while (page.hasRoom() && (table.hasNext() || logged.hasNext())) {
                    EntryTable.Row row = table.peek();
                    Recent.Item item = logged.peek();
                    int order = row == null || row.entry() == null
                            ? (row == null ? 1 : -1)
                            : item == null ? -1 : Arrays.compareUnsigned(row.key(), item.key());
                    if (order <= 0) {
                        table.next();
                    }
                    if (order >= 0) {
                        logged.next();
                    }
                    Entry newest = newest(order <= 0 ? row : null, order >= 0 ? item : null);
                    byte[] key = order <= 0 && row != null ? row.key() : item == null ? first : item.key();
                    page.add(key, 0, newest != null, newest != null && newest.liveAt(nowMillis) ? newest : null);
                }
                byte[] last = page.last(table.hasNext() || logged.hasNext());
                return new Page<>(
                        page.entries, view.sequence(), last == null ? null : new String(last, StandardCharsets.UTF_8));
            }
        });
    }

    private static @Nullable Entry newest(EntryTable.@Nullable Row row, Recent.@Nullable Item item) {
        Entry old = row == null ? null : row.entry();
        if (item == null) {
            return old;
        }
        return old != null && Merge.isNewer(old, item.entry()) ? old : item.entry();
    }

    @Override
    public Page<Long> changesAfter(long sequence, long nowMillis, int maxEntries, int maxBytes) {
        return consistent((c, view) -> {
            c.changes.setLong(1, sequence);
            c.changes.setLong(2, view.sequence());
            try (ResultSet rows = c.changes.executeQuery()) {
                Rows table = new Rows(c, rows);
                Merge logged = Merge.bySequence(view, sequence);
                PageBuilder page = new PageBuilder(maxEntries, maxBytes);
                while (page.hasRoom() && (table.hasNext() || logged.hasNext())) {
                    EntryTable.Row row = table.peek();
                    Recent.Item item = logged.peek();
                    if (row != null && (item == null || row.seq() < item.entry().sequence())) {
                        table.next();
                        Recent.Item newer = view.get(row.key());
                        boolean moved = newer != null && newer.entry().sequence() != row.seq();
                        Entry entry = moved ? null : newest(row, newer);
                        page.add(row.key(), row.seq(), row.entry() != null, at(entry, nowMillis));
                    } else if (item != null) {
                        if (row != null && row.seq() == item.entry().sequence()) {
                            table.next();
                        }
                        logged.next();
                        Entry entry = newest(sameEntry(row, item) ? row : null, item);
                        page.add(item.key(), item.entry().sequence(), true, at(entry, nowMillis));
                    }
                }
                boolean more = table.hasNext() || logged.hasNext();
                return new Page<>(page.entries, view.sequence(), page.last(more) == null ? null : page.lastSequence);
            }
        });
    }

    private static boolean sameEntry(EntryTable.@Nullable Row row, Recent.Item item) {
        return row != null && row.seq() == item.entry().sequence() && Arrays.equals(row.key(), item.key());
    }

    private static @Nullable Entry at(@Nullable Entry entry, long nowMillis) {
        return entry != null && !entry.deleted() && !entry.liveAt(nowMillis) ? entry.expired() : entry;
    }

    @Override
    public List<Entry> bucket(int bucket) {
        return consistent((c, view) -> {
            Map<Key, Recent.Item> logged = view.inBucket(bucket);
            Map<Key, Entry> found = new TreeMap<>();
            logged.forEach((key, item) -> found.put(key, item.entry()));
            c.bucket.setInt(1, bucket);
            try (ResultSet rows = c.bucket.executeQuery()) {
                while (rows.next()) {
                    EntryTable.Row row = whole(c, rows);
                    // The index may be damaged too.
                    if (row.entry() != null && Bucket.of(row.entry().key()) == bucket) {
                        Key key = row.entry().key();
                        found.put(key, requireNonNull(newest(row, logged.get(key))));
                    }
                }
            }
            return List.copyOf(found.values());
        });
    }

    @Override
    public SortedMap<String, byte[]> kept(String prefix) {
        byte[] from = prefix.getBytes(StandardCharsets.UTF_8);
        return read(c -> c.sessions.kept(from, successor(from)));
    }

    @Override
    public void eachSession(Consumer<SessionChange> each) {
        transaction(c -> c.sessions.each(each));
    }

    @Override
    public SessionEnd session(String clientId, Consumer<SessionChange> each) {
        return transaction(c -> c.sessions.session(clientId, each));
    }

    @Override
    public List<SessionChange.QueuedEvent> events(String clientId, long after, int maxEvents, int maxBytes) {
        return transaction(c -> c.sessions.events(clientId, after, maxEvents, maxBytes));
    }

    @Override
    public SessionChange.@Nullable QueuedEvent event(String clientId, long number) {
        return read(c -> c.sessions.event(clientId, number));
    }

    /** Rows of the table, with a look at the next one. */
    private final class Rows {
        private final Connected connected;
        private final ResultSet rows;
        private EntryTable.@Nullable Row next;

        Rows(Connected connected, ResultSet rows) throws SQLException {
            this.connected = connected;
            this.rows = rows;
            next();
        }

        boolean hasNext() {
            return next != null;
        }

        EntryTable.@Nullable Row peek() {
            return next;
        }

        void next() throws SQLException {
            next = rows.next() ? whole(connected, rows) : null;
        }
    }

    /** Gathers a page. */
    private static final class PageBuilder {
        private final int maxEntries;
        private final int maxBytes;
        private final List<Entry> entries;
        private byte @Nullable [] last;
        private boolean lastIsWhole;
        private long lastSequence;
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

        void add(byte[] key, long sequence, boolean whole, @Nullable Entry entry) {
            // The key of a damaged row is no place to go on from, unless there is no other.
            if (whole || !lastIsWhole) {
                last = key;
                lastSequence = sequence;
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

        /** The last key to go on behind, or null if there is none behind it. */
        byte @Nullable [] last(boolean more) {
            return hasRoom() || !more ? null : last;
        }
    }

    private EntryTable.Row whole(Connected c, ResultSet rows) throws SQLException {
        EntryTable.Row row = c.table.read(rows);
        if (row.entry() == null) {
            store.damage().row(row);
        }
        return row;
    }

    /** Runs statements on a state of the file that goes with the view of the log it is given. */
    private <T> T consistent(ReadBoth<T> read) {
        while (true) {
            T result = this.<@Nullable T>transaction(c -> {
                Recent.View view = store.recent().view();
                c.pin();
                // Had a generation come or gone in between, what is in the file could be newer than the view knows.
                return store.recent().view().sameGenerations(view) ? read.from(c, view) : null;
            });
            if (result != null) {
                return result;
            }
        }
    }

    /** Runs several statements on one commit's state. */
    private <T extends @Nullable Object> T transaction(Read<T> read) {
        return read(c -> c.db.<T>reading(() -> read.from(c)));
    }

    private synchronized <T extends @Nullable Object> T read(Read<T> read) {
        store.files().readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the reader is closed");
            }
            Connected c = connected;
            if (c == null) {
                c = new Connected(store.file(), store.damage(), () -> !closed);
                connected = c;
            }
            return read.from(c);
        } catch (SQLException e) {
            // After some errors the driver has closed the statement that failed.
            disconnect();
            if (closed) {
                throw new IllegalStateException("the reader is closed", e);
            }
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

    /** Ends a read that is under way on another thread, which is told so by an exception. */
    @Override
    public void close() {
        closed = true;
        letGo();
        store.closed(this);
    }

    private synchronized void letGo() {
        store.files().readLock().lock();
        try {
            disconnect();
        } finally {
            store.files().readLock().unlock();
        }
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
