package io.bookshelf.store;

import io.bookshelf.store.SessionRow.Id;
import io.bookshelf.store.SessionRow.Table;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers a transaction's changes to sessions and writes what is left of them when it commits: a cursor that moved a hundred
 * times is one row, a packet that came and went is none to insert.
 */
final class SessionWriter {
    private final Map<Table, PreparedStatement> saves = new EnumMap<>(Table.class);
    private final Map<Table, PreparedStatement> deletes = new EnumMap<>(Table.class);
    private final Map<Table, PreparedStatement> clears = new EnumMap<>(Table.class);

    // Sessions to be emptied before the rows below are written.
    private final Set<String> dropped = new LinkedHashSet<>();
    // Behind which numbers events are to be deleted before the rows below are written.
    private final Map<String, Long> cut = new LinkedHashMap<>();
    // What each row is to become; nothing for a row to be deleted. Rows are made one by one when they are written:
    // those of
    // one event for many sessions share its payload until then.
    private final Map<Id, Optional<Supplier<SessionRow>>> rows = new LinkedHashMap<>();
    private final PreparedStatement cutEvents;

    SessionWriter(Db db) throws SQLException {
        cutEvents = db.prepare("DELETE FROM " + Table.EVENT.sqlName + " WHERE client=? AND item>?");
        for (Table table : Table.values()) {
            String name = table.sqlName;
            saves.put(
                    table,
                    db.prepare("INSERT OR REPLACE INTO " + name + "(client,item,checksum,body) VALUES(?,?,?,?)"));
            deletes.put(table, db.prepare("DELETE FROM " + name + " WHERE client=? AND item=?"));
            clears.put(table, db.prepare("DELETE FROM " + name + " WHERE client=?"));
        }
    }

    void apply(SessionChange change) {
        switch (change) {
            case SessionChange.SaveSession s -> {
                save(SessionRow.of(s));
                save(SessionRow.ofNumber(Table.CURSOR, s.clientId(), s.cursor()));
            }
            case SessionChange.DropSession s -> drop(s.clientId());
            case SessionChange.MoveCursor m -> save(SessionRow.ofNumber(Table.CURSOR, m.clientId(), m.cursor()));
            case SessionChange.Subscribe s -> save(SessionRow.of(s));
            case SessionChange.Unsubscribe u -> delete(new Id(Table.SUBSCRIPTION, u.clientId(), 0, u.filter()));
            case SessionChange.QueuedEvent e -> {
                save(SessionRow.id(Table.EVENT, e.clientId(), e.number()), () -> SessionRow.of(e));
                save(SessionRow.ofNumber(Table.LAST_EVENT, e.clientId(), e.number()));
            }
            case SessionChange.DropEvent e -> delete(SessionRow.id(Table.EVENT, e.clientId(), e.number()));
            case SessionChange.DropEventsAfter e -> cut(e.clientId(), e.number());
            case SessionChange.SaveInFlight p -> save(SessionRow.of(p));
            case SessionChange.DropInFlight p -> delete(SessionRow.id(Table.IN_FLIGHT, p.clientId(), p.packetId()));
            case SessionChange.SaveIncoming i -> save(SessionRow.of(i));
            case SessionChange.DropIncoming i -> delete(SessionRow.id(Table.INCOMING, i.clientId(), i.packetId()));
            case SessionChange.SaveWill w -> save(SessionRow.of(w));
            case SessionChange.DropWill w -> delete(SessionRow.id(Table.WILL, w.clientId()));
        }
    }

    boolean isEmpty() {
        return rows.isEmpty() && dropped.isEmpty() && cut.isEmpty();
    }

    /** Writes what was gathered. */
    void flush() throws SQLException {
        for (String client : dropped) {
            byte[] bytes = client.getBytes(StandardCharsets.UTF_8);
            for (Table table : Table.values()) {
                if (table.endsWithSession()) {
                    PreparedStatement clear = get(clears, table);
                    clear.setBytes(1, bytes);
                    clear.executeUpdate();
                }
            }
        }
        for (Map.Entry<String, Long> each : cut.entrySet()) {
            cutEvents.setBytes(1, each.getKey().getBytes(StandardCharsets.UTF_8));
            cutEvents.setLong(2, each.getValue());
            cutEvents.executeUpdate();
        }
        for (Map.Entry<Id, Optional<Supplier<SessionRow>>> row : rows.entrySet()) {
            if (row.getValue().isPresent()) {
                write(row.getValue().get().get());
            } else {
                erase(row.getKey());
            }
        }
        clear();
    }

    /** Writes a row at once, before what was gathered. */
    void write(SessionRow row) throws SQLException {
        write(row, row.checksum());
    }

    /** The same under a checksum that need not hold: that a row is lost is not to be forgotten. */
    void write(SessionRow row, long checksum) throws SQLException {
        PreparedStatement save = get(saves, row.id().table());
        bind(save, row.id());
        save.setLong(3, checksum);
        save.setBytes(4, row.body());
        save.executeUpdate();
    }

    /** Deletes a row at once, before what was gathered. */
    void erase(Id id) throws SQLException {
        PreparedStatement delete = get(deletes, id.table());
        bind(delete, id);
        delete.executeUpdate();
    }

    /** Forgets what was gathered. */
    void clear() {
        dropped.clear();
        cut.clear();
        rows.clear();
    }

    void save(SessionRow row) {
        save(row.id(), () -> row);
    }

    private void save(Id id, Supplier<SessionRow> row) {
        // Taken out first, so that the order of writing is that of the last change.
        rows.remove(id);
        rows.put(id, Optional.of(row));
    }

    void keep(String name, byte @Nullable [] value) {
        if (value == null) {
            delete(SessionRow.id(Table.KEPT, name));
        } else {
            save(SessionRow.ofKept(name, value));
        }
    }

    private void delete(Id id) {
        rows.remove(id);
        rows.put(id, Optional.empty());
    }

    private void drop(String client) {
        rows.keySet().removeIf(id -> id.client().equals(client) && id.table().endsWithSession());
        dropped.add(client);
    }

    private void cut(String client, long number) {
        rows.keySet().removeIf(id -> id.table() == Table.EVENT && id.client().equals(client) && id.number() > number);
        cut.merge(client, number, Math::min);
    }

    private static void bind(PreparedStatement statement, Id id) throws SQLException {
        statement.setBytes(1, id.client().getBytes(StandardCharsets.UTF_8));
        if (id.table() == Table.SUBSCRIPTION) {
            statement.setBytes(2, id.filter().getBytes(StandardCharsets.UTF_8));
        } else {
            statement.setLong(2, id.number());
        }
    }

    private static PreparedStatement get(Map<Table, PreparedStatement> statements, Table table) {
        PreparedStatement statement = statements.get(table);
        if (statement == null) {
            throw new IllegalStateException("no statement for " + table);
        }
        return statement;
    }
}
