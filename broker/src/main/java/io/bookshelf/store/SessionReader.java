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
import org.jspecify.annotations.Nullable;

/** Reads sessions, passing over rows whose checksum fails. Belongs to one connection. */
final class SessionReader {
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

    /** Hands over sessions' own rows and wills; to be called in a read transaction. */
    boolean each(Consumer<SessionChange> each) throws SQLException {
        each(Table.SESSION, row -> each.accept(row.session()));
        each(Table.WILL, row -> each.accept(row.will()));
        return true;
    }

    /** Hands over what is stored of one session; to be called in a read transaction. */
    long session(String client, Consumer<SessionChange> each) throws SQLException {
        long[] last = new long[1];
        // Without its own row the cursor is where the session was saved last: what follows is delivered again.
        Long[] cursor = new Long[1];
        each(Table.CURSOR, client, row -> cursor[0] = row.number());
        each(Table.LAST_EVENT, client, row -> last[0] = row.number());
        each(Table.SESSION, client, row -> {
            SessionChange.SaveSession own = row.session();
            long at = cursor[0] == null ? own.cursor() : cursor[0];
            each.accept(new SessionChange.SaveSession(client, own.expirySeconds(), own.disconnectedAt(), at));
        });
        each(Table.IN_FLIGHT, client, row -> each.accept(row.inFlight()));
        each(
                Table.INCOMING,
                client,
                row -> each.accept(
                        new SessionChange.SaveIncoming(client, (int) row.id().number())));
        each(Table.SUBSCRIPTION, client, row -> each.accept(row.subscription()));
        each(Table.EVENT, client, row -> {
            last[0] = Math.max(last[0], row.id().number());
            each.accept(row.event());
        });
        return last[0];
    }

    private void each(Table table, String client, Consumer<SessionRow> consumer) throws SQLException {
        try (PreparedStatement some = db.prepareOnce(
                "SELECT client,item,checksum,body FROM " + table.sqlName + " WHERE client=? ORDER BY item")) {
            some.setBytes(1, client.getBytes(StandardCharsets.UTF_8));
            handOver(table, some, consumer);
        }
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
                    SessionRow row = read(Table.KEPT, rows);
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
        try (PreparedStatement all =
                db.prepareOnce("SELECT client,item,checksum,body FROM " + table.sqlName + " ORDER BY client,item")) {
            handOver(table, all, consumer);
        }
    }

    private void handOver(Table table, PreparedStatement select, Consumer<SessionRow> consumer) throws SQLException {
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                SessionRow row = read(table, rows);
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
                SessionRow row = read(Table.IN_FLIGHT, rows);
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
                SessionRow row = read(Table.EVENT, rows);
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
            SessionRow row = read(Table.EVENT, rows);
            return row == null ? null : row.event();
        }
    }

    private @Nullable SessionRow read(Table table, ResultSet rows) throws SQLException {
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
        return null;
    }
}
