package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes over into a fresh file what is whole in a damaged one: entries in key order from the front, where that ends early
 * from the back too, and key by key through the sequence index; then the sessions and the kept rows.
 */
final class Salvage {
    private static final int ROWS_A_TRANSACTION = 1_000;
    private static final String NEWER = " ON CONFLICT(key) DO UPDATE SET seq=excluded.seq,due=excluded.due,"
            + "body=excluded.body WHERE excluded.seq>entry.seq"
            + " OR excluded.seq=entry.seq AND excluded.due<0 AND entry.due>=0";

    private final Writer target;
    private final DamageLog damage;
    private final EntryTable table = new EntryTable();
    private final EntryCodec codec = new EntryCodec();
    private final PreparedStatement insert;
    private long inTransaction;
    private long rows;
    // Where the log says that the store stood.
    private LogBatch.@Nullable Start lastLogged;
    private @Nullable SQLException targetFailure;

    Salvage(Writer target, DamageLog damage) throws SQLException {
        this.target = target;
        this.damage = damage;
        this.insert = target.db.prepare("INSERT OR IGNORE" + EntryTable.INSERT.substring("INSERT".length()) + NEWER);
    }

    /**
     * Takes over what can be had, and settles the fresh file's ledger.
     *
     * @param standing where the store stood, null where that is for the damaged file to say
     * @param known what is known to have been in the log
     * @return how many rows were taken over
     * @throws SQLException if the fresh file fails; never because of the damaged one
     */
    long from(Path damaged, @Nullable Ledger standing, List<Recent.Item> known) throws SQLException {
        Ledger old = null;
        target.db.beginImmediate();
        try (Db source = Db.openWriter(damaged, Durability.NORMAL)) {
            old = oldLedger(source);
            entries(source);
            log(source);
            sessions(source);
        } catch (SQLException unreadable) {
            // What could not be read is lost; what was is kept.
        }
        known.forEach(this::take);
        if (targetFailure != null) {
            target.db.rollback();
            throw targetFailure;
        }
        Ledger last = standing == null ? Ledger.standing(old, lastLogged) : standing;
        target.save(Totals.of(target.db, damage).ledger(last));
        target.db.commit();
        return rows;
    }

    /** Takes over entries, in the transaction of the caller. */
    void take(Collection<Recent.Item> items) throws SQLException {
        items.forEach(this::take);
        if (targetFailure != null) {
            throw targetFailure;
        }
    }

    private void take(Recent.Item item) {
        take(new EntryTable.Row(item.key(), item.entry().sequence(), item.checksum(), item.entry()));
    }

    private void log(Db source) {
        if (!log(source, false)) {
            log(source, true);
        }
    }

    /** True if the end was reached. */
    private boolean log(Db source, boolean backwards) {
        try (PreparedStatement select = source.prepareOnce(LogTable.select(backwards));
                ResultSet rows = select.executeQuery()) {
            while (targetFailure == null && rows.next()) {
                LogBatch batch = LogTable.read(rows, codec, damage);
                batch.items().forEach(this::take);
                LogBatch.Start start = batch.start();
                if (start != null
                        && (lastLogged == null
                                || start.head().sequence() >= lastLogged.head().sequence())) {
                    lastLogged = start;
                }
            }
            return true;
        } catch (SQLException unreadable) {
            return false;
        }
    }

    private static @Nullable Ledger oldLedger(Db source) {
        try (PreparedStatement select = source.prepareOnce(Ledger.SELECT)) {
            return Ledger.read(select);
        } catch (SQLException unreadable) {
            return null;
        }
    }

    private void entries(Db source) {
        String all = "SELECT " + EntryTable.COLUMNS + " FROM entry ORDER BY key";
        if (!copy(source, all) && targetFailure == null) {
            copy(source, all + " DESC");
            copyThroughIndex(source);
        }
    }

    /** True if the end was reached. */
    private boolean copy(Db source, String query) {
        try (PreparedStatement select = source.prepareOnce(query);
                ResultSet found = select.executeQuery()) {
            while (targetFailure == null && found.next()) {
                take(table.read(found));
            }
            return true;
        } catch (SQLException unreadable) {
            return false;
        }
    }

    private void copyThroughIndex(Db source) {
        try (PreparedStatement one = source.prepareOnce("SELECT " + EntryTable.COLUMNS + " FROM entry WHERE key=?");
                PreparedStatement known = target.db.prepareOnce("SELECT 1 FROM entry WHERE key=?");
                PreparedStatement index =
                        source.prepareOnce("SELECT key FROM entry INDEXED BY entry_seq ORDER BY seq");
                ResultSet keys = index.executeQuery()) {
            while (targetFailure == null && keys.next()) {
                byte[] key = keys.getBytes(1);
                if (key == null || isKnown(known, key)) {
                    continue;
                }
                one.setBytes(1, key);
                try (ResultSet found = one.executeQuery()) {
                    if (found.next()) {
                        take(table.read(found));
                    }
                } catch (SQLException unreadable) {
                    // This one is lost; the next may lie on another page.
                }
            }
        } catch (SQLException unreadable) {
            // The index ends here.
        }
    }

    private static boolean isKnown(PreparedStatement known, byte[] key) throws SQLException {
        known.setBytes(1, key);
        try (ResultSet found = known.executeQuery()) {
            return found.next();
        }
    }

    private void take(EntryTable.Row row) {
        Entry entry = row.entry();
        if (entry == null) {
            damage.row(row);
            return;
        }
        try {
            table.bindNew(insert, entry);
            rows += insert.executeUpdate();
            pause();
        } catch (SQLException e) {
            targetFailure = e;
        }
    }

    private void sessions(Db source) throws SQLException {
        SessionReader reader = new SessionReader(source, damage);
        boolean allRead = true;
        for (SessionRow.Table each : SessionRow.Table.values()) {
            List<Lost> lost = new ArrayList<>();
            try {
                reader.each(
                        each,
                        row -> {
                            if (!row.id().equals(Starts.CLOCK)) {
                                target.sessions.save(row);
                            }
                        },
                        (row, checksum) -> lost.add(new Lost(row, checksum)));
            } catch (SQLException unreadable) {
                // The rows before it are taken over.
                allRead &= !each.isIndispensable();
            }
            try {
                target.sessions.flush();
                if (each.isIndispensable()) {
                    remember(lost);
                }
                pause();
            } catch (SQLException e) {
                targetFailure = e;
            }
        }
        if (!allRead && targetFailure == null) {
            doubtAllSessions();
        }
    }

    /** A row of a session that is damaged. */
    private record Lost(SessionRow row, long checksum) {}

    /** A session that lost one of these rows must not be taken for whole, so it keeps it as it is. */
    private void remember(List<Lost> lost) throws SQLException {
        for (Lost each : lost) {
            target.sessions.write(each.row, each.checksum);
        }
    }

    /** Nobody knows whose rows could not be read: each session gets one that does not hold. */
    private void doubtAllSessions() throws SQLException {
        List<Lost> unknown = new ArrayList<>();
        new SessionReader(target.db, damage)
                .each(
                        SessionRow.Table.SESSION,
                        row -> unknown.add(new Lost(SessionRow.unknown(row.id().client()), SessionRow.NO_CHECKSUM)));
        try {
            remember(unknown);
        } catch (SQLException e) {
            targetFailure = e;
        }
    }

    /** Commits now and then, so that the log of the fresh file stays short. */
    private void pause() throws SQLException {
        if (++inTransaction % ROWS_A_TRANSACTION == 0) {
            target.db.commit();
            target.db.beginImmediate();
        }
    }
}
