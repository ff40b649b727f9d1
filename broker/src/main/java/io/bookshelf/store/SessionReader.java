package io.bookshelf.store;

import io.bookshelf.store.SessionRow.Id;
import io.bookshelf.store.SessionRow.Table;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    /** All sessions; to be called in a read transaction. */
    List<StoredSession> sessions() throws SQLException {
        Map<String, Gathered> found = new LinkedHashMap<>();
        for (Table table : Table.values()) {
            if (table != Table.KEPT) {
                each(table, row -> gathered(found, row.id().client()).add(row));
            }
        }
        List<StoredSession> sessions = new ArrayList<>();
        found.forEach((client, gathered) -> {
            if (gathered.session != null || gathered.will != null) {
                sessions.add(gathered.session(client));
            }
        });
        return sessions;
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
            try (ResultSet rows = all.executeQuery()) {
                while (rows.next()) {
                    SessionRow row = read(table, rows);
                    if (row != null) {
                        consumer.accept(row);
                    }
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

    private static Gathered gathered(Map<String, Gathered> found, String client) {
        return found.computeIfAbsent(client, c -> new Gathered());
    }

    /** A session while its rows are being gathered. */
    private static final class Gathered {
        private SessionChange.@Nullable SaveSession session;
        private SessionChange.@Nullable SaveWill will;
        private final List<SessionChange.Subscribe> subscriptions = new ArrayList<>();
        private final List<SessionChange.SaveInFlight> inFlight = new ArrayList<>();
        private final List<Integer> incoming = new ArrayList<>();
        private long cursor = -1;
        private long lastEvent;
        private long queuedEvents;
        private long queuedBytes;

        void add(SessionRow row) {
            switch (row.id().table()) {
                case SESSION -> session = row.session();
                case CURSOR -> cursor = row.number();
                case LAST_EVENT -> lastEvent = Math.max(lastEvent, row.number());
                case SUBSCRIPTION -> subscriptions.add(row.subscription());
                case IN_FLIGHT -> inFlight.add(row.inFlight());
                case INCOMING -> incoming.add((int) row.id().number());
                case EVENT -> {
                    SessionChange.QueuedEvent event = row.event();
                    queuedEvents++;
                    queuedBytes += event.payload().length + event.topic().getBytes(StandardCharsets.UTF_8).length;
                    lastEvent = Math.max(lastEvent, event.number());
                }
                case WILL -> will = row.will();
                case KEPT -> throw new IllegalArgumentException("a kept row is no session's");
            }
        }

        StoredSession session(String client) {
            if (session == null) {
                return new StoredSession(client, null, List.of(), List.of(), List.of(), will, 0, 0, 0);
            }
            subscriptions.sort(Comparator.comparingLong(SessionChange.Subscribe::order));
            inFlight.sort(Comparator.comparingLong(SessionChange.SaveInFlight::order));
            // Without its own row the cursor is where the session was saved last: what follows is delivered again.
            long at = cursor < 0 ? session.cursor() : cursor;
            return new StoredSession(
                    client,
                    session.at(at),
                    List.copyOf(subscriptions),
                    List.copyOf(inFlight),
                    List.copyOf(incoming),
                    will,
                    queuedEvents,
                    queuedBytes,
                    lastEvent);
        }
    }
}
