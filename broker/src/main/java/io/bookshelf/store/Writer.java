package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The one connection that writes, with its statements. Lives as long as the file that it writes to. */
final class Writer implements AutoCloseable {
    final Db db;
    final SessionWriter sessions;

    /** True once a row that a transaction wanted was found damaged. */
    boolean metDamage;

    /** True once rows of the log may go that alone say where the store stands: the ledger has to say it. */
    boolean owesHead;

    private final DamageLog damage;
    private final EntryTable table = new EntryTable();
    private final PreparedStatement select;
    private final PreparedStatement insert;
    private final PreparedStatement update;
    private final PreparedStatement delete;
    private final PreparedStatement expired;
    private final PreparedStatement tombstones;
    private final PreparedStatement readHead;
    private final PreparedStatement saveHead;
    private final PreparedStatement appendLog;
    private final PreparedStatement deleteLog;

    Writer(Db db, DamageLog damage) throws SQLException {
        this.db = db;
        this.damage = damage;
        sessions = new SessionWriter(db);
        select = db.prepare("SELECT " + EntryTable.COLUMNS + " FROM entry WHERE key=?");
        insert = db.prepare(EntryTable.INSERT);
        update = db.prepare(EntryTable.UPDATE);
        delete = db.prepare("DELETE FROM entry WHERE key=?");
        expired = db.prepare(EntryTable.EXPIRED);
        tombstones = db.prepare(EntryTable.TOMBSTONES);
        readHead = db.prepare(Ledger.SELECT);
        saveHead = db.prepare(Ledger.SAVE);
        appendLog = db.prepare("INSERT INTO log(id,batch) VALUES(?,?)");
        deleteLog = db.prepare("DELETE FROM log WHERE id<=?");
    }

    /** Opens a file that has its tables. */
    static Writer open(Path file, Durability durability, DamageLog damage) throws SQLException {
        return on(Db.openWriter(file, durability), damage);
    }

    /** Takes over a connection, and closes it if that fails. */
    static Writer on(Db db, DamageLog damage) throws SQLException {
        try {
            return new Writer(db, damage);
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
    }

    /** What the file has under a key; null for nothing. */
    EntryTable.@Nullable Row read(Key key) throws SQLException {
        select.setBytes(1, key.utf8());
        try (ResultSet rows = select.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            EntryTable.Row row = table.read(rows);
            if (row.entry() == null) {
                damage.row(row);
                metDamage = true;
            }
            return row;
        }
    }

    /** Writes an entry, in place of the row that is there or as a new one; returns its checksum. */
    long write(Entry entry, boolean replaces) throws SQLException {
        PreparedStatement statement = replaces ? update : insert;
        long checksum = replaces ? table.bind(statement, entry) : table.bindNew(statement, entry);
        statement.executeUpdate();
        return checksum;
    }

    void delete(Key key) throws SQLException {
        delete.setBytes(1, key.utf8());
        delete.executeUpdate();
    }

    /** Entries that expired by {@code nowMillis}, at most so many of those that are wanted. */
    List<EntryTable.Row> expired(long nowMillis, int most, Predicate<byte[]> wanted) throws SQLException {
        List<EntryTable.Row> found = new ArrayList<>();
        expired.setLong(1, nowMillis);
        try (ResultSet rows = expired.executeQuery()) {
            while (found.size() < most && rows.next()) {
                EntryTable.Row row = table.read(rows);
                if (row.entry() == null) {
                    damage.row(row);
                } else if (wanted.test(row.key())) {
                    found.add(row);
                }
            }
        }
        return found;
    }

    /**
     * Looks for tombstones that may be forgotten.
     *
     * @param wanted which of them may be asked about
     * @param found takes them
     * @return the sequence to go on after, 0 at the end
     */
    long tombstones(TombstoneSearch search, Predicate<byte[]> wanted, Consumer<EntryTable.Row> found)
            throws SQLException {
        tombstones.setLong(1, search.after());
        tombstones.setLong(2, search.through());
        try (ResultSet rows = tombstones.executeQuery()) {
            for (int looked = 0; rows.next(); looked++) {
                EntryTable.Row row = table.read(rows);
                if (looked == search.most()) {
                    return row.seq() - 1;
                }
                Entry entry = row.entry();
                if (entry == null) {
                    damage.row(row);
                } else if (wanted.test(row.key())) {
                    switch (search.judge(entry)) {
                        case FORGET -> found.accept(row);
                        case KEEP -> {}
                        case END -> {
                            return 0;
                        }
                    }
                }
            }
        }
        return 0;
    }

    /** Appends a row to the log. */
    void append(long id, byte[] batch) throws SQLException {
        appendLog.setLong(1, id);
        appendLog.setBytes(2, batch);
        appendLog.executeUpdate();
    }

    /** Deletes the log up to a row. */
    void deleteLog(long throughId) throws SQLException {
        deleteLog.setLong(1, throughId);
        deleteLog.executeUpdate();
    }

    @Nullable
    Ledger readLedger() throws SQLException {
        return Ledger.read(readHead);
    }

    void save(Ledger ledger) throws SQLException {
        ledger.save(saveHead);
        owesHead = false;
    }

    @Override
    public void close() throws SQLException {
        db.close();
    }
}
