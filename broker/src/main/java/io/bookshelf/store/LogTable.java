package io.bookshelf.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The log: what commits have put and nobody has folded into the entry table yet, in the order of the commits. */
final class LogTable {
    static final String CREATE = "CREATE TABLE log(id INTEGER PRIMARY KEY,batch BLOB NOT NULL)";

    private LogTable() {}

    /**
     * What the log of a file holds.
     *
     * @param last where the last whole row says that the store stood; null if there is none
     * @param firstId the number of the first row, 0 for none
     * @param lastId the number of the last row, 0 for none
     * @param damaged true if something of it is lost
     * @param lastDamaged true if the last row does not say where the store stood
     * @param sound false if the table itself has lost sight of rows
     */
    record Contents(
            LogBatch.@Nullable Start last,
            long firstId,
            long lastId,
            boolean damaged,
            boolean lastDamaged,
            boolean sound) {}

    /** All rows, from the front or from the back. */
    static String select(boolean backwards) {
        return "SELECT id,batch FROM log ORDER BY id" + (backwards ? " DESC" : "");
    }

    /** One row of {@link #select}; what is damaged is counted. */
    static LogBatch read(ResultSet row, EntryCodec codec, DamageLog damage) throws SQLException {
        long id = row.getLong(1);
        byte[] bytes = row.getBytes(2);
        LogBatch batch = LogBatch.decode(id, bytes == null ? new byte[0] : bytes, codec);
        for (int i = 0; i < batch.lost(); i++) {
            damage.row("log", (int) id, i);
        }
        return batch;
    }

    /**
     * Reads all of it, in the caller's transaction.
     *
     * @param each takes the whole entries in order; a key may stand more than once
     */
    static Contents read(Db db, DamageLog damage, Consumer<Recent.Item> each) throws SQLException {
        EntryCodec codec = new EntryCodec();
        LogBatch.Start last = null;
        long firstId = 0;
        long id = 0;
        boolean damaged = false;
        boolean lastDamaged = false;
        try (PreparedStatement select = db.prepareOnce(select(false));
                ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                LogBatch batch = read(rows, codec, damage);
                if (id > 0 && rows.getLong(1) != id + 1) {
                    damaged = true;
                    damage.row("log", (int) id, -1);
                }
                id = rows.getLong(1);
                firstId = firstId == 0 ? id : firstId;
                batch.items().forEach(each);
                lastDamaged = batch.start() == null;
                damaged |= lastDamaged || batch.lost() > 0;
                last = batch.start() == null ? last : batch.start();
            }
        }
        // Nothing else knows where the log ends: rows that went from there would be lost without a word.
        boolean sound = db.isSound("log");
        if (!sound) {
            damaged = true;
            lastDamaged = true;
            damage.row("log", (int) id, -2);
        }
        return new Contents(last, firstId, id, damaged, lastDamaged, sound);
    }
}
