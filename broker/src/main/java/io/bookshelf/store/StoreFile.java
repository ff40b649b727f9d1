package io.bookshelf.store;

import io.bookshelf.schema.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the store file to where it can be written: makes it, checks its format, and replaces one that is damaged.
 *
 * <p>The replacement is made beside the damaged file and takes its place only when it is complete; a crash on the way leaves
 * either the damaged file, to begin again with, or the complete replacement.
 */
final class StoreFile {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFile.class);

    private final StoreFolder folder;
    private final StoreOptions options;
    private final DamageLog damage;
    private final Reserve reserve;
    private final SetAside setAside;
    private volatile long salvagedRows;

    StoreFile(StoreFolder folder, StoreOptions options, DamageLog damage, Reserve reserve) {
        this.folder = folder;
        this.options = options;
        this.damage = damage;
        this.reserve = reserve;
        this.setAside = new SetAside(folder.folder().resolve("set-aside"), options.mostSetAside());
    }

    /** A file that can be written, its ledger where the log says that the store stood, and what is logged. */
    record Opened(Writer writer, Ledger ledger, Collection<Recent.Item> logged, long firstLogId, long lastLogId) {}

    SetAside setAside() {
        return setAside;
    }

    /** Rows taken over from damaged files since the start. */
    long salvagedRows() {
        return salvagedRows;
    }

    /** Opens the file, replacing it if it is of no use. */
    Opened open() {
        try {
            finishReplacement();
            if (Files.isDirectory(folder.file())) {
                return replace("it is a folder", true, null, List.of());
            }
            return openExisting();
        } catch (IOException e) {
            throw cannotWrite(e);
        } catch (SQLException e) {
            if (SqlErrors.reason(e) == StoreException.Reason.DAMAGED && StoreExamination.findsDamage(folder.file())) {
                return replace(String.valueOf(e.getMessage()), true, null, List.of());
            }
            throw cannotWrite(e);
        }
    }

    private Opened openExisting() throws SQLException {
        Db db = Db.openWriter(folder.file(), options.durability());
        StoreFormat.Verdict verdict;
        boolean intact;
        try {
            verdict = StoreFormat.verdict(db);
            if (verdict == StoreFormat.Verdict.EMPTY) {
                StoreFormat.create(db);
                verdict = StoreFormat.Verdict.WRITABLE;
            }
            intact = StoreFormat.intact(db);
        } catch (SQLException | RuntimeException e) {
            db.close();
            throw e;
        }
        if (verdict != StoreFormat.Verdict.WRITABLE) {
            db.close();
            return replace("another version wrote it", verdict == StoreFormat.Verdict.READABLE, null, List.of());
        }
        if (!intact) {
            db.close();
            return replace("its tables are not those of this version", true, null, List.of());
        }
        Writer writer = Writer.on(db, damage);
        try {
            return opened(writer);
        } catch (SQLException | RuntimeException e) {
            writer.close();
            throw e;
        }
    }

    /** Reads ledger and log; where they are damaged, folds what is whole and counts anew. */
    private Opened opened(Writer writer) throws SQLException {
        Ledger stored = writer.readLedger();
        Map<Key, Recent.Item> newest = new HashMap<>();
        LogTable.Contents log =
                LogTable.read(writer.db, damage, item -> newest.put(item.entry().key(), item));
        if (stored == null) {
            LOG.warn("the head of the store was damaged; it was made anew from the entries");
            damage.row("head", 0, 0);
        }
        Ledger standing = Ledger.standing(stored, log.last());
        if (stored == null || standing == null || log.damaged()) {
            return new Opened(writer, countAnew(writer, standing, log, newest.values()), List.of(), 0, 0);
        }
        return new Opened(writer, standing, newest.values(), log.firstId(), log.lastId());
    }

    /** After damage: what is whole becomes the file's entries, and the clock is forgotten. */
    private Ledger countAnew(
            Writer writer, @Nullable Ledger standing, LogTable.Contents log, Collection<Recent.Item> items)
            throws SQLException {
        return writer.db.writing(() -> {
            Salvage salvage = new Salvage(writer, damage);
            salvage.take(items);
            writer.deleteLog(Long.MAX_VALUE);
            writer.sessions.erase(Starts.CLOCK);
            Ledger counted = Totals.of(writer.db, damage).ledger(standing);
            if (standing != null && !log.lastDamaged()) {
                counted = counted.at(standing.head().withKeys(counted.head().keys()), counted.all());
            }
            writer.save(counted);
            return counted;
        });
    }

    /**
     * Puts a fresh file in the place of the present one, with all rows of it that are whole, and keeps the present one aside.
     * Nobody may have the present one open.
     *
     * @param why what is wrong with it, for the log
     * @param readable false if this version cannot make sense of its rows
     * @param standing where the store stood, null where that is for the file to say
     * @param known what is known to have been logged
     */
    Opened replace(String why, boolean readable, @Nullable Ledger standing, List<Recent.Item> known) {
        LOG.warn("the store file is replaced, {}", why);
        try {
            Ledger fresh = makeReplacement(readable, standing, known);
            Path aside = Files.exists(folder.file())
                    ? setAside.take(folder.file(), options.millis().getAsLong())
                    : folder.file();
            finishReplacement();
            Writer writer = Writer.open(folder.file(), options.durability(), damage);
            LOG.warn("the store file was set aside as {}; {} rows were taken over", aside, salvagedRows);
            return new Opened(writer, fresh, List.of(), 0, 0);
        } catch (IOException | SQLException e) {
            throw cannotWrite(e);
        }
    }

    private Ledger makeReplacement(boolean readable, @Nullable Ledger standing, List<Recent.Item> known)
            throws IOException, SQLException {
        try {
            return tryReplacement(readable, standing, known);
        } catch (SQLException noRoom) {
            if (SqlErrors.reason(noRoom) != StoreException.Reason.DISK_FULL) {
                throw noRoom;
            }
        }
        reserve.release();
        setAside.keepOnly(0);
        return tryReplacement(readable, standing, known);
    }

    private Ledger tryReplacement(boolean readable, @Nullable Ledger standing, List<Recent.Item> known)
            throws IOException, SQLException {
        folder.deleteReplacement();
        Db db = Db.openWriter(folder.replacement(), options.durability());
        try (db) {
            StoreFormat.create(db);
            Writer writer = new Writer(db, damage);
            Ledger empty = writer.readLedger();
            if (empty == null) {
                throw new SQLException("a fresh store file does not read back what was written");
            }
            if (readable && Files.isRegularFile(folder.file())) {
                salvagedRows += new Salvage(writer, damage).from(folder.file(), standing, known);
            }
            Ledger settled = writer.readLedger();
            return settled == null ? empty : settled;
        }
    }

    /** Moves a complete replacement into its place; one beside a file that is still there is not complete. */
    private void finishReplacement() throws IOException {
        if (!Files.exists(folder.file()) && Files.exists(folder.replacement())) {
            setAside.takeLog(folder.file());
            Files.move(folder.replacement(), folder.file(), StandardCopyOption.ATOMIC_MOVE);
        } else {
            folder.deleteReplacement();
        }
    }

    private StoreException cannotWrite(Exception e) {
        boolean full = e instanceof SQLException sql && SqlErrors.reason(sql) == StoreException.Reason.DISK_FULL;
        return new StoreException(
                full ? StoreException.Reason.DISK_FULL : StoreException.Reason.IO,
                "the store file " + folder.file() + " cannot be opened (" + e.getMessage() + "): "
                        + (full ? "free some room on its disk" : "make it and its folder writable for this user"),
                e);
    }
}
