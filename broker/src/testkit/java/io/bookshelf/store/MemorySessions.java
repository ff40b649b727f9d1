package io.bookshelf.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows of durable sessions, kept in memory. For one thread. */
public final class MemorySessions {
    private final Map<String, Rows> sessions = new TreeMap<>();

    /** The rows of one session. */
    private static final class Rows {
        SessionChange.@Nullable SaveSession session;
        SessionChange.@Nullable SaveWill will;
        final Map<String, SessionChange.Subscribe> subscriptions = new LinkedHashMap<>();
        final Map<Integer, SessionChange.SaveInFlight> inFlight = new HashMap<>();
        final TreeMap<Long, SessionChange.QueuedEvent> events = new TreeMap<>();
        final Set<Integer> incoming = new TreeSet<>();
        long cursor;
        long lastEvent;

        boolean isFinished() {
            return inFlight.isEmpty() && incoming.isEmpty() && events.isEmpty();
        }

        Rows copy() {
            Rows copy = new Rows();
            copy.session = session;
            copy.will = will;
            copy.subscriptions.putAll(subscriptions);
            copy.inFlight.putAll(inFlight);
            copy.events.putAll(events);
            copy.incoming.addAll(incoming);
            copy.cursor = cursor;
            copy.lastEvent = lastEvent;
            return copy;
        }

        void clear() {
            session = null;
            subscriptions.clear();
            inFlight.clear();
            events.clear();
            incoming.clear();
            cursor = 0;
            lastEvent = 0;
        }
    }

    void putAll(MemorySessions others) {
        others.sessions.forEach((client, rows) -> sessions.put(client, rows.copy()));
    }

    /** Applies a change; running what is returned takes it back. */
    public Runnable apply(SessionChange change) {
        String client = change.clientId();
        Rows before = sessions.get(client);
        Rows rows = before == null ? new Rows() : before.copy();
        sessions.put(client, rows);
        switch (change) {
            case SessionChange.SaveSession s -> {
                rows.session = s;
                rows.cursor = s.cursor();
            }
            case SessionChange.DropSession s -> rows.clear();
            case SessionChange.MoveCursor m -> rows.cursor = m.cursor();
            case SessionChange.Subscribe s -> rows.subscriptions.put(s.filter(), s);
            case SessionChange.Unsubscribe u -> rows.subscriptions.remove(u.filter());
            case SessionChange.QueuedEvent e -> {
                rows.events.put(e.number(), e);
                rows.lastEvent = e.number();
            }
            case SessionChange.DropEvent e -> rows.events.remove(e.number());
            case SessionChange.DropEventsAfter e ->
                rows.events.tailMap(e.number(), false).clear();
            case SessionChange.SaveInFlight p -> rows.inFlight.put(p.packetId(), p);
            case SessionChange.DropInFlight p -> rows.inFlight.remove(p.packetId());
            case SessionChange.SaveIncoming i -> rows.incoming.add(i.packetId());
            case SessionChange.DropIncoming i -> rows.incoming.remove(i.packetId());
            case SessionChange.SaveWill w -> rows.will = w;
            case SessionChange.DropWill w -> rows.will = null;
        }
        return () -> {
            if (before == null) {
                sessions.remove(client);
            } else {
                sessions.put(client, before);
            }
        };
    }

    /** Sessions' own rows, then wills, as a reader hands them over. */
    public void each(Consumer<SessionChange> each) {
        sessions.values().stream()
                .map(rows -> rows.session)
                .filter(Objects::nonNull)
                .forEach(each);
        sessions.values().stream()
                .map(rows -> rows.will)
                .filter(Objects::nonNull)
                .forEach(each);
    }

    /** The rows of one session, as a reader hands them over. */
    public StoreReader.SessionEnd session(String client, Consumer<SessionChange> each) {
        Rows rows = sessions.getOrDefault(client, new Rows());
        SessionChange.SaveSession own = rows.session;
        if (own != null) {
            each.accept(own.at(rows.cursor));
        }
        rows.inFlight.values().forEach(each);
        rows.incoming.forEach(packetId -> each.accept(new SessionChange.SaveIncoming(client, packetId)));
        rows.subscriptions.values().forEach(each);
        rows.events.values().forEach(each);
        return new StoreReader.SessionEnd(rows.lastEvent, true);
    }

    /** Clients of whom packets, packet ids or events are there, whether their session is or not; and how many of each. */
    public List<String> unfinished() {
        return sessions.entrySet().stream()
                .filter(each -> !each.getValue().isFinished())
                .map(each -> "%s: %d packets, %d packet ids, %d events"
                        .formatted(
                                each.getKey(),
                                each.getValue().inFlight.size(),
                                each.getValue().incoming.size(),
                                each.getValue().events.size()))
                .toList();
    }

    /** Events of a session that are not in flight, in order. */
    public List<SessionChange.QueuedEvent> events(String client, long after, int most, int mostBytes) {
        Rows rows = sessions.getOrDefault(client, new Rows());
        Set<Long> sent = rows.inFlight.values().stream()
                .filter(packet -> packet.key() == null)
                .map(SessionChange.SaveInFlight::event)
                .collect(Collectors.toSet());
        List<SessionChange.QueuedEvent> found = new ArrayList<>();
        long bytes = 0;
        for (SessionChange.QueuedEvent event : rows.events.tailMap(after, false).values()) {
            if (found.size() >= most || bytes >= mostBytes) {
                break;
            }
            if (!sent.contains(event.number())) {
                found.add(event);
                bytes += event.payload().length;
            }
        }
        return found;
    }

    /** An event of a session, null if it is not there. */
    public SessionChange.@Nullable QueuedEvent event(String client, long number) {
        return sessions.getOrDefault(client, new Rows()).events.get(number);
    }
}
