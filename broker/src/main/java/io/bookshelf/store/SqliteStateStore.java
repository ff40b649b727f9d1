package io.bookshelf.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StateStore} in one SQLite file, which heals what it can by itself: damaged rows are never returned, a damaged file
 * is set aside and replaced by one with all its whole rows, and a full disk refuses writes until there is room again.
 */
public final class SqliteStateStore implements StateStore {
    // On a full disk, how long a refused transaction waits before it looks for room in the file itself again.
    private static final long GIVE_BACK_MILLIS = 1_000;

    private final StoreFolder folder;
    private final StoreOptions options;
    private final DamageLog damage = new DamageLog();
    private final Reserve reserve;
    private final StoreFile storeFile;
    private final StoreCheck check;
    private final Recent recent;
    private final Folding folding = new Folding(this);
    private final Set<SqliteReader> readers = ConcurrentHashMap.newKeySet();
    // Held for reading by whoever reads, for writing while the file is being replaced.
    private final ReadWriteLock files = new ReentrantReadWriteLock();

    private Writer writer;
    private @Nullable SqliteTransaction current;
    private final Standing standing;
    private long damageNoticed;
    private final Trouble trouble;
    // After some errors the driver has closed the statements that failed.
    private volatile boolean reopenWriter;
    private long lastGivenBack;
    private long tidiedAt;
    private volatile boolean closed;

    private SqliteStateStore(StoreFolder folder, StoreOptions options) {
        this.folder = folder;
        this.options = options;
        reserve = new Reserve(folder.folder().resolve("reserve"), options.reserveBytes());
        storeFile = new StoreFile(folder, options, damage, reserve);
        trouble = new Trouble(folder, reserve);
        if (!reserve.roomToWrite()) {
            // SQLite needs a little room even to open.
            reserve.release();
        }
        recent = new Recent(options.recentEntries(), options.recentBytes());
        StoreFile.Opened opened = storeFile.open();
        writer = opened.writer();
        standing = new Standing(opened.ledger(), options.random());
        options.indexes().forEach(index -> index.opened(Starts.rows(opened.ledger())));
        recent.reset(
                opened.logged(),
                opened.firstLogId(),
                opened.lastLogId(),
                opened.ledger().head().sequence());
        damageNoticed = damage.rows();
        trouble.setFull(!reserve.hold());
        check = new StoreCheck(this, options.checkEveryMillis(), options.millis());
    }

    /**
     * Opens the store of a folder, making both where they are missing. One that is damaged or of a later version is set
     * aside and replaced by one with all rows of it that are whole.
     *
     * @throws StoreException IN_USE if another process has the folder, IO if it cannot be made or written
     */
    public static SqliteStateStore open(Path directory, StoreOptions options) {
        StoreFolder folder = StoreFolder.open(directory);
        try {
            NativeLibrary.unpackBelow(folder.folder().resolve("native"));
            SqliteStateStore store = new SqliteStateStore(folder, options);
            store.check.start();
            return store;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    @Override
    public long replica() {
        return ledger().replica();
    }

    @Override
    public Head head() {
        return ledger().head();
    }

    @Override
    public WriteTransaction begin() {
        return begin(false);
    }

    @Override
    public WriteTransaction beginShrinking() {
        return begin(true);
    }

    private WriteTransaction begin(boolean shrinks) {
        if (current != null || closed) {
            throw new IllegalStateException(closed ? "the store is closed" : "a transaction is open");
        }
        try {
            reopenWriter |= trouble.isFalseAlarm();
            if (trouble.wantsReplacement()) {
                replaceFile();
            }
            noticeDamage();
            makeRoom(shrinks);
            if (reopenWriter) {
                closeWriter();
                writer = Writer.open(folder.file(), options.durability(), damage);
                reopenWriter = false;
            }
            if (check.takeWrongIndex()) {
                writer.db.execute("REINDEX entry");
            }
            renewLog();
            writer.db.beginImmediate();
        } catch (SQLException e) {
            throw writerFailed(e);
        }
        standing.settle(check.settle(ledger()));
        SqliteTransaction transaction = new SqliteTransaction(this, writer, recent, options, ledger());
        current = transaction;
        return transaction;
    }

    /** Damage to the log costs nothing as long as what it held is in memory; true if there was some. */
    private boolean renewLog() throws SQLException {
        boolean damaged = check.foundDamagedLog();
        if (damaged) {
            folding.renew();
            check.renewedLog();
        }
        return damaged;
    }

    /** On a full disk: sees whether there is room again, or gives up the reserve for a transaction that shrinks. */
    private void makeRoom(boolean shrinks) {
        if (trouble.isFull() && !reserve.roomToWrite()) {
            giveBackNowAndThen();
        }
        if (trouble.isFull() && reserve.roomToWrite() && reserve.hold()) {
            trouble.roomAgain();
        }
        if (shrinks && (trouble.isFull() || !reserve.roomToWrite())) {
            trouble.setFull(true);
            reserve.release();
        } else if (trouble.isFull()) {
            throw new StoreException(StoreException.Reason.DISK_FULL, folder.fullSentence(), null);
        }
    }

    private void replaceFile() {
        check.pause();
        files.writeLock().lock();
        try {
            readers.forEach(SqliteReader::disconnect);
            closeWriter();
            StoreFile.Opened opened = storeFile.replace("it is damaged", true, standing.inFile(), recent.all());
            writer = opened.writer();
            standing.replaced(opened.ledger());
            recent.reset(List.of(), 0, 0, ledger().head().sequence());
            reopenWriter = false;
            trouble.replaced();
            check.forget();
        } finally {
            files.writeLock().unlock();
            check.resume();
        }
        startAnew();
    }

    private void noticeDamage() {
        if (hasUnnoticedDamage()) {
            startAnew();
        }
        damageNoticed = damage.rows() + check.missingRows();
    }

    /** True if something was found damaged or missing since the present author began. */
    boolean hasUnnoticedDamage() {
        return damage.rows() + check.missingRows() > damageNoticed;
    }

    private void startAnew() {
        damageNoticed = damage.rows() + check.missingRows();
        standing.startAnew();
        options.indexes().forEach(EntryIndex::reset);
    }

    @Override
    public StoreReader openReader() {
        SqliteReader reader = new SqliteReader(this);
        readers.add(reader);
        return reader;
    }

    @Override
    public StoreHealth health() {
        return new StoreHealth(
                trouble.writable(),
                trouble.problem(),
                damage.rows(),
                ledger().lost() + check.missingRows(),
                storeFile.setAside().names(),
                storeFile.salvagedRows(),
                check.lastMillis(),
                StoreFolder.size(folder.file()) + StoreFolder.size(folder.log()));
    }

    @Override
    public boolean maintain() {
        if (current != null || closed || trouble.isInDoubt() || reopenWriter) {
            return false;
        }
        try {
            if (trouble.isFull()) {
                giveBack();
                return false;
            }
            if (renewLog()) {
                return true;
            }
            if (recent.isHalfFull()) {
                recent.beginFolding();
            }
            if (folding.idleStep()) {
                return true;
            }
            writer.db.tidy();
            if (tidiedAt == ledger().head().sequence()) {
                recent.forgetSettled();
            }
            tidiedAt = ledger().head().sequence();
            return false;
        } catch (SQLException e) {
            throw writerFailed(e);
        }
    }

    void save(Ledger after) throws SQLException {
        standing.save(writer, damage, after);
    }

    private void giveBackNowAndThen() {
        long now = options.millis().getAsLong();
        if (Math.abs(now - lastGivenBack) < GIVE_BACK_MILLIS) {
            return;
        }
        lastGivenBack = now;
        try {
            giveBack();
        } catch (SQLException stillFull) {
            reopenWriter = true;
        }
    }

    /** Gives free pages and the log's room back to the disk, in steps that need little room themselves. */
    private void giveBack() throws SQLException {
        // A check reads one commit's state, and as long as it does the log keeps its room.
        check.pause();
        try {
            if (!recent.isEmpty()) {
                reserve.release();
                folding.drain();
            }
            writer.db.giveBackFreePages();
        } finally {
            check.resumeLater();
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        check.close();
        readers.forEach(SqliteReader::close);
        closeWriter();
        folder.close();
    }

    private void closeWriter() {
        try {
            writer.close();
        } catch (SQLException e) {
            // What was committed is on disk already.
        }
    }

    /** Folds all that is logged, now. */
    void foldNow() {
        try {
            folding.all();
        } catch (SQLException e) {
            throw writerFailed(e);
        }
    }

    Folding folding() {
        return folding;
    }

    int sliceEntries() {
        return options.sliceEntries();
    }

    Writer writer() {
        return writer;
    }

    Recent recent() {
        return recent;
    }

    Ledger ledger() {
        return standing.ledger();
    }

    /** Checks all rows now, on this thread. */
    void checkNow() {
        check.run();
    }

    Path file() {
        return folder.file();
    }

    /** Size of the log in bytes. */
    long logBytes() {
        return StoreFolder.size(folder.log());
    }

    ReadWriteLock files() {
        return files;
    }

    DamageLog damage() {
        return damage;
    }

    /** The ledger is as it was written in a transaction that has been committed. */
    void moved(Ledger after) {
        standing.moved(after);
    }

    /** A client's transaction was committed. */
    void committed(Ledger after) {
        moved(after);
        trouble.committed();
        if (trouble.isFull()) {
            try {
                giveBack();
            } catch (SQLException stillFull) {
                reopenWriter = true;
            }
        }
    }

    /** A transaction is over, one way or the other. */
    void ended(SqliteTransaction transaction) {
        if (current == transaction) {
            current = null;
        }
    }

    /** The file cannot be trusted any more: the next transaction begins on a replacement. */
    void replaceAtNextBegin() {
        trouble.replaceFile();
    }

    /** Draws the consequences of an error of the writer's, and says what to throw. */
    StoreException writerFailed(SQLException e) {
        reopenWriter = true;
        return failed(e);
    }

    /** Draws the consequences of an error of SQLite's, and says what to throw. */
    StoreException failed(SQLException e) {
        return trouble.failed(e);
    }

    void closed(SqliteReader reader) {
        readers.remove(reader);
    }
}
