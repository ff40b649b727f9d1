package io.bookshelf.store;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/**
 * One SQLite connection and the statements prepared on it, which live as long as it does. Transactions are begun and ended
 * by SQL, never by JDBC: after a full disk SQLite has rolled back by itself, and JDBC's own rollback would throw.
 */
final class Db implements AutoCloseable {
    /** Pages of the log after which a commit moves them into the file: 4 MB at most, which is what the reserve covers. */
    private static final int CHECKPOINT_PAGES = 900;

    private static final int PAGE_BYTES = 4096;

    /** Free pages given back at a time. */
    private static final int VACUUM_PAGES = 256;

    // On a full disk: pages given back at a time, and how often at most.
    private static final int VACUUM_STEP_PAGES = 64;
    private static final int MOST_VACUUM_STEPS = 64;

    private static final int STEPS_BETWEEN_LOOKS = 500;

    // Of a reader, about 0.1 ms on a slow core: nobody who stops it waits for a statement, however much that has to
    // read.
    private static final int STEPS_BETWEEN_LOOKS_OF_A_READER = 2_000;

    private final Connection connection;
    private boolean watched;
    private final List<PreparedStatement> statements = new ArrayList<>();
    private final PreparedStatement begin;
    private final PreparedStatement beginImmediate;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;

    private Db(Connection connection) throws SQLException {
        this.connection = connection;
        // Out of JDBC's automatic commits, which cost an attempt to begin and commit around each statement.
        connection.setAutoCommit(false);
        begin = prepare("BEGIN");
        beginImmediate = prepare("BEGIN IMMEDIATE");
        commit = prepare("COMMIT");
        rollback = prepare("ROLLBACK");
        commit.execute();
    }

    /** The connection that writes. */
    static Db openWriter(Path file, Durability durability) throws SQLException {
        SQLiteConfig config = common();
        config.setPragma(SQLiteConfig.Pragma.SYNCHRONOUS, durability.name());
        config.setPragma(SQLiteConfig.Pragma.CACHE_SIZE, "-4000");
        try {
            // SQLite would make it as the umask has it.
            PrivateFiles.makeFile(file);
        } catch (IOException e) {
            // It says better itself what is wrong.
        }
        Db db = open(file, config);
        try {
            // In this order: the first two must stand before the header is written, which WAL does.
            db.execute("PRAGMA page_size=" + PAGE_BYTES);
            db.execute("PRAGMA auto_vacuum=INCREMENTAL");
            db.execute("PRAGMA journal_mode=WAL");
            // Cutting the log at each start over would make the file system allocate it anew.
            db.execute("PRAGMA journal_size_limit=" + 2 * CHECKPOINT_PAGES * PAGE_BYTES);
            db.execute("PRAGMA wal_autocheckpoint=" + CHECKPOINT_PAGES);
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
        return db;
    }

    /** A connection that only reads. */
    static Db openReader(Path file) throws SQLException {
        SQLiteConfig config = common();
        config.setReadOnly(true);
        config.setPragma(SQLiteConfig.Pragma.CACHE_SIZE, "-512");
        return open(file, config);
    }

    /**
     * A connection that only reads, and each statement of which can be stopped on its way.
     *
     * @param goOn asked on this connection's thread after every few steps of a statement, however few rows it returns; where it
     *     says false the statement ends with an error
     */
    static Db openReader(Path file, BooleanSupplier goOn) throws SQLException {
        Db db = openReader(file);
        try {
            db.askBetweenSteps(STEPS_BETWEEN_LOOKS_OF_A_READER, goOn);
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
        return db;
    }

    private void askBetweenSteps(int steps, BooleanSupplier goOn) throws SQLException {
        watched = true;
        ProgressHandler.setHandler(connection, steps, new ProgressHandler() {
            @Override
            protected int progress() {
                return goOn.getAsBoolean() ? 0 : 1;
            }
        });
    }

    private void stopAsking() throws SQLException {
        if (watched) {
            watched = false;
            ProgressHandler.clearHandler(connection);
        }
    }

    /**
     * A connection that reads a file that nobody writes to, and makes no file beside it unless there is a log to be read
     * through.
     */
    static Db openStill(Path file) throws SQLException {
        if (StoreFolder.size(file.resolveSibling(file.getFileName() + "-wal")) > 0) {
            return openReader(file);
        }
        SQLiteConfig config = common();
        config.setReadOnly(true);
        return open("file:" + file.toUri().getRawPath() + "?immutable=1", config);
    }

    /**
     * Writes what the file holds, as of one commit, into another file that must be empty. Not in a transaction.
     *
     * @param goOn asked after every few rows; where it says false the copy ends with an error
     */
    void copyInto(Path target, BooleanSupplier goOn) throws SQLException {
        askBetweenSteps(STEPS_BETWEEN_LOOKS, goOn);
        try (PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
            vacuum.setString(1, target.toString());
            vacuum.execute();
        } finally {
            stopAsking();
        }
    }

    private static SQLiteConfig common() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(5_000);
        // Each connection belongs to one thread at a time, and nobody asks for the rowid after each insert.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        config.setGetGeneratedKeys(false);
        config.setPragma(SQLiteConfig.Pragma.MMAP_SIZE, "0");
        config.setPragma(SQLiteConfig.Pragma.TEMP_STORE, "MEMORY");
        return config;
    }

    private static Db open(Path file, SQLiteConfig config) throws SQLException {
        return open(file.toString(), config);
    }

    private static Db open(String file, SQLiteConfig config) throws SQLException {
        Connection connection = config.createConnection("jdbc:sqlite:" + file);
        try {
            Db db = new Db(connection);
            db.execute("PRAGMA cell_size_check=ON");
            return db;
        } catch (SQLException | RuntimeException e) {
            try {
                connection.close();
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Prepares a statement that is closed with the connection. */
    PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statements.add(statement);
        return statement;
    }

    /** Prepares a statement that the caller closes. */
    PreparedStatement prepareOnce(String sql) throws SQLException {
        return connection.prepareStatement(sql);
    }

    /** Runs one statement to its end, passing over its rows: incremental_vacuum works row by row, though it has no columns. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }

    /** The first column of the first row of a query, 0 if there is none. */
    long number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }

    /**
     * True if the pages of a table are whole as such. A checksum tells a row that has changed, not one that its page has lost
     * sight of; the room that it leaves there does.
     */
    boolean isSound(String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet findings = statement.executeQuery("PRAGMA quick_check(" + table + ")")) {
            return findings.next() && findings.getString(1).equals("ok");
        }
    }

    /** Gives back some free pages, and moves the log into the file as far as no reader is in the way. */
    void tidy() throws SQLException {
        execute("PRAGMA incremental_vacuum(" + VACUUM_PAGES + ")");
        execute("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /** Gives all free pages and the log's room back to the disk, in steps that need little room themselves. */
    void giveBackFreePages() throws SQLException {
        execute("PRAGMA wal_checkpoint(TRUNCATE)");
        long free = number("PRAGMA freelist_count");
        for (int step = 0; step < MOST_VACUUM_STEPS && free > 0; step++) {
            execute("PRAGMA incremental_vacuum(" + VACUUM_STEP_PAGES + ")");
            execute("PRAGMA wal_checkpoint(TRUNCATE)");
            long left = number("PRAGMA freelist_count");
            if (left >= free) {
                return;
            }
            free = left;
        }
    }

    /** A transaction that reads one commit's state. */
    void begin() throws SQLException {
        begin.execute();
    }

    /** A transaction that writes. */
    void beginImmediate() throws SQLException {
        beginImmediate.execute();
    }

    void commit() throws SQLException {
        commit.execute();
    }

    /** Rolls back unless SQLite has done so by itself. */
    void rollback() {
        try {
            rollback.execute();
        } catch (SQLException alreadyRolledBack) {
            // There is no transaction, which is what was asked for.
        }
    }

    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T make() throws SQLException;
    }

    /** Does something in a transaction that writes: whatever is thrown on the way leaves none open. */
    <T extends @Nullable Object> T writing(Work<T> work) throws SQLException {
        beginImmediate();
        return finish(work);
    }

    /** Reads one commit's state: whatever is thrown on the way leaves no transaction open. */
    <T extends @Nullable Object> T reading(Work<T> work) throws SQLException {
        begin();
        return finish(work);
    }

    private <T extends @Nullable Object> T finish(Work<T> work) throws SQLException {
        try {
            T made = work.make();
            commit();
            return made;
        } catch (Throwable anything) {
            rollback();
            throw anything;
        }
    }

    /** True if SQLite finds the whole file in order: its pages, and each index against its table. */
    boolean isSound() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet findings = statement.executeQuery("PRAGMA integrity_check(1)")) {
            return findings.next() && findings.getString(1).equals("ok");
        }
    }

    @Override
    public void close() throws SQLException {
        stopAsking();
        for (PreparedStatement statement : statements) {
            try {
                statement.close();
            } catch (SQLException e) {
                // The connection's own close finalizes what is left.
            }
        }
        connection.close();
    }
}
