package io.bookshelf.store;

import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all rows in the background, right after the start and then every so often: verifies each row's checksum, all of them
 * against the ledger, and the indexes against the rows.
 *
 * <p>It reads one commit's state, which keeps the log from being used again from its start; when the log grows too long
 * meanwhile, it gives up and tries again after a while.
 */
final class StoreCheck implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreCheck.class);
    private static final long LONGEST_LOG = 16L * 1024 * 1024;
    private static final int ROWS_BETWEEN_LOOKS = 512;
    // Nobody waits for a check, but somebody may wait for the core that it runs on, at the start above all.
    private static final long REST_MILLIS = 5;
    private static final long AGAIN_MILLIS = 60_000;

    private final SqliteStateStore store;
    private final long everyMillis;
    private final LongSupplier millis;
    private final Thread thread;
    private final Semaphore wake = new Semaphore(0);
    // Not told by a permit: a check that rests would take it from the thread's wait for the next check.
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile boolean paused;
    private volatile boolean closed;
    private volatile long lastMillis;
    private volatile long missingRows;
    private volatile boolean wrongIndex;
    private volatile boolean damagedLog;
    private volatile @Nullable Settlement settlement;

    /** By how much the ledger's sum is off, which is known up to so many repairs. */
    private record Settlement(long sum, long repairs) {}

    StoreCheck(SqliteStateStore store, long everyMillis, LongSupplier millis) {
        this.store = store;
        this.everyMillis = everyMillis;
        this.millis = millis;
        this.thread = new Thread(this::repeat, "bookshelf-check");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    long lastMillis() {
        return lastMillis;
    }

    long missingRows() {
        return missingRows;
    }

    /** True, once, if the indexes have to be made anew. */
    boolean takeWrongIndex() {
        boolean wrong = wrongIndex;
        wrongIndex = false;
        return wrong;
    }

    /** True if rows of the log are damaged or gone. */
    boolean foundDamagedLog() {
        return damagedLog;
    }

    /** What the log had lost is on disk again. */
    void renewedLog() {
        damagedLog = false;
    }

    /** The ledger with its sum put right, where a check has found what it is. */
    Ledger settle(Ledger ledger) {
        Settlement found = settlement;
        if (found == null) {
            return ledger;
        }
        settlement = null;
        return ledger.settled(found.sum, found.repairs);
    }

    /** Stops a check that is under way and lets none begin. */
    void pause() {
        paused = true;
    }

    void resume() {
        paused = false;
        wake.release();
    }

    /** The same, but a check that was stopped waits for its usual turn. */
    void resumeLater() {
        paused = false;
    }

    /** The file has been replaced: what was found does not hold any more. */
    void forget() {
        missingRows = 0;
        wrongIndex = false;
        damagedLog = false;
        settlement = null;
    }

    private void repeat() {
        while (!closed) {
            long wait = run() ? everyMillis : Math.min(everyMillis, AGAIN_MILLIS);
            try {
                wake.tryAcquire(wait, TimeUnit.MILLISECONDS);
                wake.drainPermits();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Checks everything once; false if it was stopped on the way. */
    boolean run() {
        store.files().readLock().lock();
        try {
            if (stopped()) {
                return false;
            }
            try (Db db = Db.openReader(store.file(), this::goesOn)) {
                return db.reading(() -> run(db));
            } catch (SQLException e) {
                if (!goesOn()) {
                    return false;
                }
                LOG.warn("{}", store.failed(e).getMessage());
                return true;
            }
        } finally {
            store.files().readLock().unlock();
        }
    }

    private boolean run(Db db) throws SQLException {
        long sequence = store.head().sequence();
        Ledger ledger = readLedger(db);
        int[] rows = {0};
        Set<ByteBuffer> logged = new HashSet<>();
        LogTable.Contents log = LogTable.read(db, store.damage(), item -> logged.add(ByteBuffer.wrap(item.key())));
        Ledger standing = Ledger.standing(ledger, log.last());
        judge(log, standing != null && standing.head().sequence() < sequence);
        Totals totals = Totals.of(
                db, store.damage(), logged::remove, () -> ++rows[0] % ROWS_BETWEEN_LOOKS == 0 && !(goesOn() && rest()));
        if (!totals.complete()) {
            return false;
        }
        long placesInIndexes = Totals.placesInIndexes(db);
        new SessionReader(db, store.damage()).verify();
        // What is left of the logged keys has no row yet.
        long all = totals.rows() + totals.damaged() + logged.size();
        long missing = standing == null ? 0 : Math.max(0, standing.all() - all);
        judge(totals, ledger, placesInIndexes, missing);
        lastMillis = millis.getAsLong();
        return true;
    }

    /** What the log held is in memory too, so it is only to be written again, but never to a table that loses rows. */
    private void judge(LogTable.Contents log, boolean endsEarly) {
        if (!log.sound()) {
            LOG.warn("the log of the store file is out of order: the file will be replaced");
            store.replaceAtNextBegin();
        } else if (log.damaged() || endsEarly) {
            LOG.warn("the log of the store is damaged: what it held is written again");
            damagedLog = true;
        }
    }

    private void judge(Totals totals, @Nullable Ledger ledger, long placesInIndexes, long missingKeys) {
        if (!totals.ordered() || ledger == null) {
            LOG.warn("the store file is out of order and will be replaced");
            store.replaceAtNextBegin();
            return;
        }
        wrongIndex = totals.places() != placesInIndexes;
        long missing = totals.missing(ledger);
        if (missing == 0 && totals.damaged() == 0 && totals.sum() != ledger.sum()) {
            settlement = new Settlement(totals.sum() - ledger.sum(), ledger.repairs());
        }
        missing = Math.max(missing, missingKeys);
        missingRows = missing;
        // Where it was the log that held them they are in memory.
        damagedLog |= missingKeys > 0;
        if (missing > 0 || totals.damaged() > 0) {
            LOG.warn("the store has {} damaged rows and misses {}", totals.damaged(), missing);
        }
    }

    private static @Nullable Ledger readLedger(Db db) throws SQLException {
        try (PreparedStatement select = db.prepareOnce(Ledger.SELECT)) {
            return Ledger.read(select);
        }
    }

    /** Leaves the core to others for a moment; false if the check is to end. */
    private boolean rest() {
        try {
            return !closing.await(REST_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean stopped() {
        return paused || closed;
    }

    /** Asked within every statement of a check, so that nobody waits for one: neither a stop nor who wants the file. */
    private boolean goesOn() {
        return !stopped() && store.logBytes() <= LONGEST_LOG;
    }

    @Override
    public void close() {
        closed = true;
        closing.countDown();
        wake.release();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
