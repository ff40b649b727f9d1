package io.bookshelf.store;

import io.bookshelf.store.SessionRow.Id;
import io.bookshelf.store.SessionRow.Table;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads sessions, passing over rows whose checksum fails. Belongs to one connection. */
final class SessionReader {
    /** Where the row is lost that says how many events a session was given: no queue has counted this far meanwhile. */
    private static final long MORE_THAN_EVER_GIVEN = 1L << 40;

    private static final ObjLongConsumer<SessionRow> PASSED_OVER = (row, checksum) -> {};

    private final Db db;
    private final DamageLog damage;
    private final PreparedStatement events;
    private final PreparedStatement event;
    private final PreparedStatement inFlight;

    SessionReader(Db db, DamageLog damage) throws SQLException {
        this.db = db;
        this.damage = damage;
        events = db.prepare("SELECT client,item,checksum,body FROM event WHERE client=? AND item>? ORDER BY item");
        event = db.prepare("SELECT client,item,checksum,body FROM event WHERE client=? AND item=?");
        inFlight = db.prepare("SELECT client,item,checksum,body FROM inflight WHERE client=?");
    }

    /** Hands over sessions' own rows and wills, and which own rows are lost; to be called in a read transaction. */
    boolean each(Consumer<SessionChange> each) throws SQLException {
        each(
                Table.SESSION,
                row -> each.accept(row.session()),
                (row, checksum) ->
                        each.accept(new SessionChange.DropSession(row.id().client())));
        each(Table.WILL, row -> each.accept(row.will()));
        return true;
    }

    /** Hands over what is stored of one session; to be called in a read transaction. */
    StoreReader.SessionEnd session(String client, Consumer<SessionChange> each) throws SQLException {
        long[] last = new long[1];
        // Without its own row the cursor is where the session was saved last: what follows is delivered again.
        Long[] cursor = new Long[1];
        each(Table.CURSOR, client, row -> cursor[0] = row.number());
        boolean knowsLast = each(Table.LAST_EVENT, client, row -> last[0] = row.number());
        boolean whole = each(Table.SESSION, client, row -> {
            SessionChange.SaveSession own = row.session();
            long at = cursor[0] == null ? own.cursor() : cursor[0];
            each.accept(own.at(at));
        });
        whole &= each(Table.IN_FLIGHT, client, row -> {
            SessionChange.SaveInFlight packet = row.inFlight();
            last[0] = Math.max(last[0], packet.event());
            each.accept(packet);
        });
        whole &= each(
                Table.INCOMING,
                client,
                row -> each.accept(
                        new SessionChange.SaveIncoming(client, (int) row.id().number())));
        whole &= each(Table.SUBSCRIPTION, client, row -> each.accept(row.subscription()));
        each(Table.EVENT, client, row -> {
            last[0] = Math.max(last[0], row.id().number());
            each.accept(row.event());
        });
        return new StoreReader.SessionEnd(knowsLast ? last[0] : last[0] + MORE_THAN_EVER_GIVEN, whole);
    }

    /** True if all rows were whole. */
    private boolean each(Table table, String client, Consumer<SessionRow> consumer) throws SQLException {
        boolean[] whole = {true};
        try (PreparedStatement some = db.prepareOnce(
                "SELECT client,item,checksum,body FROM " + table.sqlName + " WHERE client=? ORDER BY item")) {
            some.setBytes(1, client.getBytes(StandardCharsets.UTF_8));
            handOver(table, some, consumer, (damaged, checksum) -> whole[0] = false);
        }
        return whole[0];
    }

    /** The kept rows whose names lie from {@code from} to before {@code end}, as their bytes order. */
    SortedMap<String, byte[]> kept(byte[] from, byte[] end) throws SQLException {
        SortedMap<String, byte[]> found = new TreeMap<>();
        try (PreparedStatement select =
                db.prepareOnce("SELECT client,item,checksum,body FROM kept WHERE client>=? AND client<?")) {
            select.setBytes(1, from);
            select.setBytes(2, end);
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    SessionRow row = read(Table.KEPT, rows, PASSED_OVER);
                    if (row != null) {
                        found.put(row.id().client(), row.body());
                    }
                }
            }
        }
        return found;
    }

    /** Hands over all rows of a table that are whole. */
    void each(Table table, Consumer<SessionRow> consumer) throws SQLException {
        each(table, consumer, PASSED_OVER);
    }

    /** Hands over all rows of a table, those that are damaged as they stand there, with their checksums. */
    void each(Table table, Consumer<SessionRow> consumer, ObjLongConsumer<SessionRow> damaged) throws SQLException {
        try (PreparedStatement all =
                db.prepareOnce("SELECT client,item,checksum,body FROM " + table.sqlName + " ORDER BY client,item")) {
            handOver(table, all, consumer, damaged);
        }
    }

    private void handOver(
            Table table, PreparedStatement select, Consumer<SessionRow> consumer, ObjLongConsumer<SessionRow> damaged)
            throws SQLException {
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                SessionRow row = read(table, rows, damaged);
                if (row != null) {
                    consumer.accept(row);
                }
            }
        }
    }

    /** Reads everything, and counts what is damaged; in the caller's read transaction. */
    void verify() throws SQLException {
        for (Table table : Table.values()) {
            each(table, row -> {});
            if (!db.isSound(table.sqlName)) {
                damage.row(table.sqlName, 0, 0);
            }
        }
    }

    /** Queued events that have no packet id yet; to be called in a read transaction. */
    List<SessionChange.QueuedEvent> events(String client, long after, int mostEvents, int mostBytes)
            throws SQLException {
        byte[] clientBytes = client.getBytes(StandardCharsets.UTF_8);
        Set<Long> sent = new HashSet<>();
        inFlight.setBytes(1, clientBytes);
        try (ResultSet rows = inFlight.executeQuery()) {
            while (rows.next()) {
                SessionRow row = read(Table.IN_FLIGHT, rows, PASSED_OVER);
                if (row != null && row.inFlight().key() == null) {
                    sent.add(row.inFlight().event());
                }
            }
        }
        List<SessionChange.QueuedEvent> found = new ArrayList<>();
        long bytes = 0;
        events.setBytes(1, clientBytes);
        events.setLong(2, after);
        try (ResultSet rows = events.executeQuery()) {
            while (found.size() < mostEvents && bytes < mostBytes && rows.next()) {
                SessionRow row = read(Table.EVENT, rows, PASSED_OVER);
                if (row != null && !sent.contains(row.id().number())) {
                    found.add(row.event());
                    bytes += row.body().length;
                }
            }
        }
        return found;
    }

    SessionChange.@Nullable QueuedEvent event(String client, long number) throws SQLException {
        event.setBytes(1, client.getBytes(StandardCharsets.UTF_8));
        event.setLong(2, number);
        try (ResultSet rows = event.executeQuery()) {
            if (!rows.next()) {
                return null;
            }
            SessionRow row = read(Table.EVENT, rows, PASSED_OVER);
            return row == null ? null : row.event();
        }
    }

    private @Nullable SessionRow read(Table table, ResultSet rows, ObjLongConsumer<SessionRow> damaged)
            throws SQLException {
        byte[] client = rows.getBytes(1);
        byte[] filter = table == Table.SUBSCRIPTION ? rows.getBytes(2) : null;
        long number = table == Table.SUBSCRIPTION ? 0 : rows.getLong(2);
        long checksum = rows.getLong(3);
        byte[] body = rows.getBytes(4);
        Id id = new Id(
                table,
                client == null ? "" : new String(client, StandardCharsets.UTF_8),
                number,
                filter == null ? "" : new String(filter, StandardCharsets.UTF_8));
        SessionRow row = new SessionRow(id, body == null ? new byte[0] : body);
        if (row.checksum() == checksum) {
            return row;
        }
        damage.row(table.sqlName, row.hashCode(), checksum);
        damaged.accept(row, checksum);
        return null;
    }
}
