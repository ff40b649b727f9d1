package io.bookshelf.store;

import java.sql.SQLException;

/** Brings the log into the entry table between the transactions of others. No transaction may be open. */
final class Folding {
    // Between two commits, folding may take a moment that nobody notices.
    private static final int IDLE_SLICES = 4;
    private static final long IDLE_SLICE_BYTES = 256 * 1024;
    private static final int MOST_AT_ONCE = 512;
    private static final long MOST_BYTES_AT_ONCE = 512 * 1024;

    private final SqliteStateStore store;

    Folding(SqliteStateStore store) {
        this.store = store;
    }

    /** A step of a fold that has begun. */
    void idleStep(int entries) throws SQLException {
        step(IDLE_SLICES * entries, IDLE_SLICE_BYTES);
    }

    /** All that is logged. */
    void all() throws SQLException {
        Recent recent = store.recent();
        while (!recent.isEmpty()) {
            recent.beginFolding();
            step(MOST_AT_ONCE, MOST_BYTES_AT_ONCE);
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

    private void step(int entries, long bytes) throws SQLException {
        inTransaction(delta -> Fold.step(store.writer(), store.recent(), entries, bytes, delta))
                .committed();
    }

    @FunctionalInterface
    private interface Step<T> {
        T make(Ledger.Delta delta) throws SQLException;
    }

    private <T> T inTransaction(Step<T> step) throws SQLException {
        Db db = store.writer().db;
        db.beginImmediate();
        try {
            Ledger.Delta delta = new Ledger.Delta();
            T made = step.make(delta);
            Ledger after = store.ledger().folded(delta);
            store.save(after);
            db.commit();
            store.moved(after);
            return made;
        } catch (SQLException e) {
            db.rollback();
            throw e;
        }
    }
}
