package io.bookshelf.store;

import java.sql.SQLException;
import java.util.List;

/** When the log is brought into the entry table, and how much of it at a time. */
final class Folding {
    // Between two commits, folding may take a moment that nobody notices.
    private static final int IDLE_SLICES = 4;
    private static final long IDLE_SLICE_BYTES = 256 * 1024;
    // Rows of the log that are in the table are deleted in small steps too: more than a commit appends.
    private static final int LOG_ROWS_BESIDE = 64;
    private static final int LOG_ROWS_IDLE = 256;

    private static final int MOST_AT_ONCE = 512;
    private static final long MOST_BYTES_AT_ONCE = 512 * 1024;

    // Each entry of a slice moves in the index of sequences too, whose pages it has for itself: few large slices write
    // fewer
    // pages than many small ones.
    private static final int WORTH_A_SLICE = 512;
    private static final long WORTH_A_SLICE_BYTES = 512 * 1024;

    private final SqliteStateStore store;
    // What commits have yet to fold beside what they write.
    private long owedEntries;
    private long owedBytes;

    Folding(SqliteStateStore store) {
        this.store = store;
    }

    /**
     * A step of a fold that has begun, where it is time for one, as part of the transaction that writes {@code items}. Twice as
     * much is folded as is written, so the one generation is in the table before the other is full.
     */
    Fold beside(List<Recent.Item> items, Ledger.Delta delta) throws SQLException {
        owedEntries += store.sliceEntries() + 2L * items.size();
        owedBytes += 2 * items.stream().mapToLong(Generation::weight).sum();
        if (store.recent().view().folding() == null) {
            owedEntries = 0;
            owedBytes = 0;
        }
        boolean worthIt = owedEntries >= WORTH_A_SLICE || owedBytes >= WORTH_A_SLICE_BYTES;
        Fold fold = Fold.step(
                store.writer(),
                store.recent(),
                worthIt ? (int) owedEntries : 0,
                Math.max(owedBytes, WORTH_A_SLICE_BYTES),
                LOG_ROWS_BESIDE + items.size(),
                delta);
        if (worthIt) {
            owedEntries = 0;
            owedBytes = 0;
        }
        return fold;
    }

    /** A step of what has begun, between two transactions; false if there was nothing to do. */
    boolean idleStep() throws SQLException {
        Recent recent = store.recent();
        if (recent.view().folding() == null && recent.deletableLogId(1) == 0) {
            return false;
        }
        step(IDLE_SLICES * store.sliceEntries(), IDLE_SLICE_BYTES, LOG_ROWS_IDLE);
        return true;
    }

    /** All that is logged. */
    void all() throws SQLException {
        Recent recent = store.recent();
        while (!recent.isEmpty()) {
            recent.beginFolding();
            step(MOST_AT_ONCE, MOST_BYTES_AT_ONCE, Integer.MAX_VALUE);
        }
    }

    /** All that is logged, with little room on the disk. */
    void drain() throws SQLException {
        Recent recent = store.recent();
        recent.forgetTable();
        Drain drain = new Drain(store.writer(), recent);
        while (inTransaction(drain::step)) {
            store.writer().db.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        recent.drained();
    }

    /** All that is logged, from memory: the log in the file is damaged. */
    void renew() throws SQLException {
        Recent recent = store.recent();
        recent.forgetTable();
        inTransaction(delta -> Drain.all(store.writer(), recent, delta));
        recent.drained();
    }

    private void step(int entries, long bytes, long logRows) throws SQLException {
        inTransaction(delta -> Fold.step(store.writer(), store.recent(), entries, bytes, logRows, delta))
                .committed();
    }

    @FunctionalInterface
    private interface Step<T> {
        T make(Ledger.Delta delta) throws SQLException;
    }

    private <T> T inTransaction(Step<T> step) throws SQLException {
        Ledger.Delta delta = new Ledger.Delta();
        Moved<T> moved = store.writer().db.writing(() -> {
            T made = step.make(delta);
            Ledger after = store.ledger().folded(delta);
            store.save(after);
            return new Moved<>(made, after);
        });
        store.moved(moved.after);
        return moved.made;
    }

    private record Moved<T>(T made, Ledger after) {}
}
