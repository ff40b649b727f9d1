package io.bookshelf.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a look at all of a store file has found. Looking changes nothing; a unit may use the file meanwhile.
 *
 * @param kind what sort of file it is; where it is not {@link Kind#CURRENT}, its rows were not looked at
 * @param problem why it cannot be used, as SQLite or the system put it; empty where it can
 * @param whole false if tables, their order or the row that says where the store stands are not what they should be
 * @param indexesRight false if an index says something else than its table
 * @param keys keys that hold a value
 * @param rows entries that are whole, tombstones included
 * @param damagedRows rows of any kind whose checksum does not hold
 * @param missingRows entries that should be there and are not
 * @param lostRows entries that could not be taken over when this file was made from a damaged one
 * @param bytes its size, with its log
 */
public record StoreExamination(
        Kind kind,
        String problem,
        boolean whole,
        boolean indexesRight,
        long keys,
        long rows,
        long damagedRows,
        long missingRows,
        long lostRows,
        long bytes) {
    /** Sorts of files. */
    public enum Kind {
        /** There is none. */
        ABSENT,
        /** A file in which nothing has been stored yet. */
        EMPTY,
        /** Of the format that this version writes. */
        CURRENT,
        /** Of a format that this version reads, and replaces at its start by one of its own. */
        READABLE,
        /** Of a later version, which this one cannot make sense of. */
        FOREIGN,
        /** No store file, or one that is damaged so that it does not open. */
        DAMAGED,
        /** The system does not let it be read. */
        UNREADABLE
    }

    /** True if there is nothing to mend. */
    public boolean isSound() {
        return switch (kind) {
            case ABSENT, EMPTY, READABLE -> true;
            case FOREIGN, DAMAGED, UNREADABLE -> false;
            case CURRENT -> whole && indexesRight && damagedRows == 0 && missingRows == 0;
        };
    }

    /**
     * True if a file is damaged: SQLite finds it out of order, or its rows are not what they say of themselves. One that cannot be
     * read for another reason is not. Its writer may have it open.
     */
    static boolean findsDamage(Path file) {
        try (Db db = Db.openReader(file)) {
            if (!db.isSound()) {
                return true;
            }
        } catch (SQLException e) {
            return SqlErrors.reason(e) == StoreException.Reason.DAMAGED;
        }
        StoreExamination found = of(file, true, Progress.UNSEEN);
        return found.kind != Kind.UNREADABLE && !found.isSound();
    }

    /**
     * Looks at a file.
     *
     * @param inUse true if a unit may write to it meanwhile
     */
    static StoreExamination of(Path file, boolean inUse, Progress progress) {
        try {
            if (!Files.exists(file)) {
                return nothing();
            }
            if (!Files.isRegularFile(file)) {
                return without(Kind.DAMAGED, "it is no file", 0);
            }
            long bytes = bytes(file);
            if (bytes == 0) {
                return without(Kind.EMPTY, "", 0);
            }
            return of(file, inUse, bytes, progress);
        } catch (IOException e) {
            return without(Kind.UNREADABLE, String.valueOf(e), 0);
        }
    }

    private static StoreExamination of(Path file, boolean inUse, long bytes, Progress progress) {
        try (Db db = inUse ? Db.openReader(file) : Db.openStill(file)) {
            db.begin();
            StoreFormat.Verdict verdict = StoreFormat.verdict(db);
            return switch (verdict) {
                case EMPTY -> without(Kind.EMPTY, "", bytes);
                case READABLE -> without(Kind.READABLE, "", bytes);
                case FOREIGN -> without(Kind.FOREIGN, "a later version wrote it", bytes);
                case WRITABLE ->
                    StoreFormat.intact(db)
                            ? rows(db, bytes, progress)
                            : without(Kind.DAMAGED, "its tables are not those of this version", bytes);
            };
        } catch (SQLException e) {
            boolean damaged = SqlErrors.reason(e) == StoreException.Reason.DAMAGED;
            return without(damaged ? Kind.DAMAGED : Kind.UNREADABLE, String.valueOf(e.getMessage()), bytes);
        }
    }

    /** In the caller's read transaction. */
    private static StoreExamination rows(Db db, long bytes, Progress progress) throws SQLException {
        DamageLog damage = new DamageLog();
        Ledger ledger = ledger(db);
        Set<ByteBuffer> logged = new HashSet<>();
        LogTable.Contents log = LogTable.read(db, damage, item -> logged.add(ByteBuffer.wrap(item.key())));
        long expected = ledger == null ? 1 : Math.max(1, ledger.rows());
        long[] looked = {0};
        Totals totals = Totals.of(db, damage, logged::remove, () -> {
            progress.at(Math.min(looked[0]++, expected), expected);
            return false;
        });
        boolean indexesRight = totals.places() == Totals.placesInIndexes(db);
        new SessionReader(db, damage).verify();
        Ledger standing = Ledger.standing(ledger, log.last());
        long all = totals.rows() + totals.damaged() + logged.size();
        long missing = standing == null ? 0 : Math.max(0, standing.all() - all);
        return new StoreExamination(
                Kind.CURRENT,
                "",
                ledger != null && totals.ordered(),
                indexesRight,
                standing == null ? totals.keys() : standing.head().keys(),
                totals.rows() + logged.size(),
                damage.rows(),
                Math.max(missing, ledger == null ? 0 : totals.missing(ledger)),
                standing == null ? 0 : standing.lost(),
                bytes);
    }

    private static @Nullable Ledger ledger(Db db) throws SQLException {
        try (PreparedStatement select = db.prepareOnce(Ledger.SELECT)) {
            return Ledger.read(select);
        }
    }

    private static long bytes(Path file) throws IOException {
        return Files.size(file) + StoreFolder.size(file.resolveSibling(file.getFileName() + "-wal"));
    }

    /** That of a file that is not there. */
    static StoreExamination nothing() {
        return without(Kind.ABSENT, "", 0);
    }

    private static StoreExamination without(Kind kind, String problem, long bytes) {
        return new StoreExamination(kind, problem, true, true, 0, 0, 0, 0, 0, bytes);
    }
}
