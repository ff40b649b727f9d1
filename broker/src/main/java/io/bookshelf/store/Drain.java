package io.bookshelf.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Brings the log into the entry table on a full disk: in the order of the log, a few rows at a time, whose room the next few
 * then have. A {@link Fold} is faster but gives the log's room back only at its end.
 */
final class Drain {
    private static final long STEP_BYTES = 256 * 1024;

    private final Writer writer;
    private final Recent recent;
    private final EntryCodec codec = new EntryCodec();
    // The number of the row that comes next.
    private long next;

    Drain(Writer writer, Recent recent) {
        this.writer = writer;
        this.recent = recent;
        next = recent.firstLogId();
    }

    /** A step, as part of a transaction of the writer's; false if nothing is left. */
    boolean step(Ledger.Delta delta) throws SQLException {
        List<LogBatch> batches = new ArrayList<>();
        boolean whole = firstRows(batches);
        if (!whole || batches.isEmpty() && next != recent.nextLogId()) {
            all(writer, recent, delta);
            return false;
        }
        for (LogBatch batch : batches) {
            for (Recent.Item item : batch.items()) {
                Recent.Item newest = recent.get(item.entry().key());
                // One that has been written again comes with its own row of the log.
                if (newest != null && newest.entry().equals(item.entry())) {
                    Fold.write(writer, item, null, delta);
                }
            }
        }
        writer.deleteLog(next - 1);
        writer.owesHead = true;
        return !batches.isEmpty();
    }

    /** Brings into the table all that was logged, from memory: what the log has lost is there too. */
    static boolean all(Writer writer, Recent recent, Ledger.Delta delta) throws SQLException {
        for (Recent.Item item : recent.all()) {
            Fold.write(writer, item, null, delta);
        }
        writer.deleteLog(Long.MAX_VALUE);
        writer.owesHead = true;
        return true;
    }

    /** Reads the first rows of the log; false if one of them is damaged or missing. */
    private boolean firstRows(List<LogBatch> batches) throws SQLException {
        long bytes = 0;
        try (PreparedStatement select = writer.db.prepareOnce(LogTable.select(false));
                ResultSet rows = select.executeQuery()) {
            while (bytes < STEP_BYTES && rows.next()) {
                long id = rows.getLong(1);
                byte[] bytesOfRow = rows.getBytes(2);
                LogBatch batch = LogBatch.decode(id, bytesOfRow == null ? new byte[0] : bytesOfRow, codec);
                if (id != next || batch.start() == null || batch.lost() > 0) {
                    return false;
                }
                next++;
                bytes += bytesOfRow == null ? 0 : bytesOfRow.length;
                batches.add(batch);
            }
        }
        return true;
    }
}
