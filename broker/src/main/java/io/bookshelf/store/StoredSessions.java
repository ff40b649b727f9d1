package io.bookshelf.store;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Gathers what a reader hands over of sessions one by one: all of it, so not for a unit that serves. */
final class StoredSessions {
    private StoredSessions() {}

    static List<StoredSession> all(StoreReader reader) {
        Map<String, Gathered> found = new TreeMap<>();
        reader.eachSession(row -> {
            if (!(row instanceof SessionChange.DropSession)) {
                found.computeIfAbsent(row.clientId(), client -> new Gathered()).add(row);
            }
        });
        List<StoredSession> sessions = new ArrayList<>();
        found.forEach((client, gathered) -> {
            if (gathered.session != null) {
                gathered.lastEvent = reader.session(client, gathered::add).lastEvent();
            }
            sessions.add(gathered.session(client));
        });
        return sessions;
    }

    /** A session while its rows are being gathered. */
    private static final class Gathered {
        private SessionChange.@Nullable SaveSession session;
        private SessionChange.@Nullable SaveWill will;
        private final List<SessionChange.Subscribe> subscriptions = new ArrayList<>();
        private final List<SessionChange.SaveInFlight> inFlight = new ArrayList<>();
        private final List<Integer> incoming = new ArrayList<>();
        private long lastEvent;
        private long queuedEvents;
        private long queuedBytes;

        void add(SessionChange row) {
            switch (row) {
                case SessionChange.SaveSession own -> session = own;
                case SessionChange.SaveWill left -> will = left;
                case SessionChange.Subscribe each -> subscriptions.add(each);
                case SessionChange.SaveInFlight each -> inFlight.add(each);
                case SessionChange.SaveIncoming each -> incoming.add(each.packetId());
                case SessionChange.QueuedEvent event -> {
                    queuedEvents++;
                    queuedBytes += event.payload().length + event.topic().getBytes(StandardCharsets.UTF_8).length;
                }
                default -> throw new IllegalArgumentException("no row of a session: " + row);
            }
        }

        StoredSession session(String client) {
            subscriptions.sort(Comparator.comparingLong(SessionChange.Subscribe::order));
            inFlight.sort(Comparator.comparingLong(SessionChange.SaveInFlight::order));
            return new StoredSession(
                    client,
                    session,
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
