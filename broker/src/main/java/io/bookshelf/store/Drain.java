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

    Drain(Writer writer, Recent recent) {
        this.writer = writer;
        this.recent = recent;
    }

    /** A step, as part of a transaction of the writer's; false if the log was empty. */
    boolean step(Ledger.Delta delta) throws SQLException {
        List<LogBatch> batches = new ArrayList<>();
        long lastId = firstRows(batches);
        for (LogBatch batch : batches) {
            for (Recent.Item item : batch.items()) {
                Recent.Item newest = recent.get(item.entry().key());
                // One that has been written again comes with its own row of the log.
                if (newest != null && newest.entry().equals(item.entry())) {
                    Fold.write(writer, item, null, delta);
                }
            }
        }
        writer.deleteLog(lastId);
        return !batches.isEmpty();
    }

    /** Reads the first rows of the log, and returns the number of the last of them. */
    private long firstRows(List<LogBatch> batches) throws SQLException {
        long lastId = 0;
        long bytes = 0;
        try (PreparedStatement select = writer.db.prepareOnce(LogTable.select(false));
                ResultSet rows = select.executeQuery()) {
            while (bytes < STEP_BYTES && rows.next()) {
                lastId = rows.getLong(1);
                byte[] batch = rows.getBytes(2);
                bytes += batch.length;
                batches.add(LogBatch.decode(lastId, batch, codec));
            }
        }
        return lastId;
    }
}
