package io.bookshelf.store;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/** A {@link StateStore} in one SQLite file. */
public final class SqliteStateStore implements StateStore {
    private final StoreFolder folder;
    private final StoreOptions options;
    private final DamageLog damage = new DamageLog();
    private final Set<SqliteReader> readers = ConcurrentHashMap.newKeySet();
    // Held for reading by whoever reads, for writing while the file is being replaced.
    private final ReadWriteLock files = new ReentrantReadWriteLock();

    private Writer writer;
    private volatile Ledger ledger;
    private @Nullable SqliteTransaction current;
    private volatile boolean closed;

    private SqliteStateStore(StoreFolder folder, StoreOptions options) throws SQLException {
        this.folder = folder;
        this.options = options;
        Db db = Db.openWriter(folder.file(), options.durability());
        if (StoreFormat.verdict(db) == StoreFormat.Verdict.EMPTY) {
            StoreFormat.create(db, newReplica());
        }
        writer = Writer.on(db, damage);
        Ledger stored = writer.readLedger();
        ledger = stored == null ? Ledger.empty(newReplica()) : stored;
    }

    /**
     * Opens the store of a folder, making both where they are missing.
     *
     * @throws StoreException IN_USE if another process has the folder, IO if it cannot be made or written
     */
    public static SqliteStateStore open(Path directory, StoreOptions options) {
        StoreFolder folder = StoreFolder.open(directory);
        try {
            return new SqliteStateStore(folder, options);
        } catch (SQLException e) {
            folder.close();
            throw new StoreException(StoreException.Reason.IO, "the store does not open", e);
        }
    }

    private long newReplica() {
        long id = options.random().nextLong();
        return id == 0 ? newReplica() : id;
    }

    @Override
    public long replica() {
        return ledger.replica();
    }

    @Override
    public Head head() {
        return ledger.head();
    }

    @Override
    public WriteTransaction begin() {
        if (current != null || closed) {
            throw new IllegalStateException(closed ? "the store is closed" : "a transaction is open");
        }
        try {
            writer.db.beginImmediate();
        } catch (SQLException e) {
            throw failed(e);
        }
        SqliteTransaction transaction = new SqliteTransaction(this, writer, options.indexes(), ledger);
        current = transaction;
        return transaction;
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
                true,
                "",
                damage.rows(),
                ledger.lost(),
                List.of(),
                0,
                0,
                StoreFolder.size(folder.file()) + StoreFolder.size(folder.log()));
    }

    @Override
    public void maintain() {
        try {
            writer.db.execute("PRAGMA incremental_vacuum(256)");
            writer.db.execute("PRAGMA wal_checkpoint(PASSIVE)");
            writer.db.execute("PRAGMA optimize");
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        readers.forEach(SqliteReader::close);
        try {
            writer.close();
        } catch (SQLException e) {
            throw failed(e);
        } finally {
            folder.close();
        }
    }

    // For transactions and readers.

    Path file() {
        return folder.file();
    }

    ReadWriteLock files() {
        return files;
    }

    DamageLog damage() {
        return damage;
    }

    void committed(Ledger after) {
        ledger = after;
    }

    void ended(SqliteTransaction transaction) {
        if (current == transaction) {
            current = null;
        }
    }

    void closed(SqliteReader reader) {
        readers.remove(reader);
    }

    /** What to throw for an error of SQLite's. */
    StoreException failed(SQLException e) {
        return new StoreException(SqlErrors.reason(e), "the store file failed: " + e.getMessage(), e);
    }
}
