package io.bookshelf.broker.session;

import io.bookshelf.broker.session.InFlightWindow.Packet;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a session gets when its client comes back, before anything new: the packets that were in flight, again, with their
 * packet ids and in their order (MQTT 5, section 4.4); then it goes on from its cursor.
 */
final class Resumption {
    private static final int PACKETS_A_READ = 64;
    private static final int BYTES_A_READ = 256 * 1024;

    private final SessionContext context;
    private final Session session;
    private final ClientLink link;
    private final List<Packet> packets;

    /** What the packets from {@link #next} on carry, as far as it has been read. */
    private final ArrayDeque<Payload> payloads = new ArrayDeque<>();

    private final List<Packet> unacknowledged = new ArrayList<>();
    private int next;
    private boolean reading;

    Resumption(SessionContext context, Session session, ClientLink link) {
        this.context = context;
        this.session = session;
        this.link = link;
        this.packets = session.window().all();
    }

    /** Goes on as far as the connection and its receive maximum let it. */
    void goOn() {
        while (!reading && session.client() == link) {
            if (next == packets.size()) {
                start();
            } else if (payloads.isEmpty()) {
                readPayloads();
            } else if (packets.get(next).released || mayTake()) {
                Packet packet = packets.get(next++);
                sendAgain(packet, payloads.remove());
                if (!packet.released) {
                    unacknowledged.add(packet);
                }
            } else {
                return;
            }
        }
    }

    private boolean mayTake() {
        if (unacknowledged.size() >= link.receiveMaximum()) {
            unacknowledged.removeIf(packet -> session.window().get(packet.packetId) != packet);
        }
        return link.hasRoom() && unacknowledged.size() < link.receiveMaximum();
    }

    private void readPayloads() {
        int from = next;
        read(reader -> payloads(reader, session.clientId(), packets, from), payloads::addAll);
    }

    private <T> void read(Function<StoreReader, T> job, Consumer<T> then) {
        reading = true;
        context.reads()
                .read(
                        job,
                        result -> {
                            if (session.client() == link) {
                                reading = false;
                                then.accept(result);
                                goOn();
                            }
                        },
                        failure -> {
                            if (session.client() == link) {
                                session.storeFailed(failure);
                            }
                        });
    }

    private void sendAgain(Packet packet, Payload payload) {
        Message message = payload.message();
        if (message == null) {
            sendAgain(packet, (Delivery) null);
            return;
        }
        SessionChange.QueuedEvent event = payload.event();
        if (event != null) {
            sendAgain(
                    packet,
                    new Delivery(message, packet.qos, event.retain(), event.subscriptionIds(), 0, packet.event));
            return;
        }
        Match match = new Match();
        Entry entry = message.entry();
        if (entry != null) {
            session.subscriptions().match(entry, match);
        }
        // The key's newest value need not be the one that was in flight, and may be over.
        Message now = entry != null && message.expiredBy(context.wall().expiryMillis())
                ? Message.of(entry.expired())
                : message;
        sendAgain(packet, new Delivery(now, packet.qos, match.retainAsPublished(), match.ids(), 0, null));
    }

    /** Sends a packet again that was in flight when the connection broke; nothing if what it carried is gone. */
    private void sendAgain(Packet packet, @Nullable Delivery again) {
        if (session.client() != link || session.window().get(packet.packetId) != packet) {
            return;
        }
        if (packet.released) {
            link.pubrel(packet.packetId);
            return;
        }
        boolean sent = again != null
                && Readable.by(context.access(), link, again.message())
                && link.publish(again, packet.packetId, true);
        if (!sent && packet.qos == 2) {
            // The client may have received it, and would take the next one with this packet id for the same.
            session.pubrec(packet.packetId, false);
        } else if (!sent) {
            session.finish(packet);
        }
    }

    /** What a packet carries: an event or a stored value; nothing if that is gone. */
    private record Payload(@Nullable Message message, SessionChange.@Nullable QueuedEvent event) {
        static final Payload NONE = new Payload(null, null);
    }

    private static List<Payload> payloads(StoreReader reader, String clientId, List<Packet> packets, int from) {
        List<Payload> found = new ArrayList<>();
        int bytes = 0;
        for (int i = from; i < packets.size() && found.size() < PACKETS_A_READ && bytes < BYTES_A_READ; i++) {
            Payload payload = packets.get(i).released ? Payload.NONE : payload(reader, clientId, packets.get(i));
            Message message = payload.message();
            bytes += message == null ? 0 : message.weight();
            found.add(payload);
        }
        return found;
    }

    private static Payload payload(StoreReader reader, String clientId, Packet packet) {
        if (packet.key != null) {
            Entry entry = reader.get(packet.key);
            Message message = entry == null
                    // A delete whose tombstone has been forgotten meanwhile.
                    ? Message.event(packet.key.name(), new byte[0], packet.qos, true, ValueProperties.NONE, 0)
                    : Message.of(entry);
            return new Payload(message, null);
        }
        if (packet.event == null) {
            return Payload.NONE;
        }
        SessionChange.QueuedEvent event = reader.event(clientId, packet.event.number);
        return event == null ? Payload.NONE : new Payload(message(event), event);
    }

    private void start() {
        // There is nothing more to go on with.
        reading = true;
        session.subscriptions().startOwedSnapshots();
        session.startDelivering();
    }

    /** Reads what queued events carry; any thread. */
    static Map<Long, SessionChange.QueuedEvent> events(StoreReader reader, String clientId, List<QueuedEvent> wanted) {
        Map<Long, SessionChange.QueuedEvent> found = new HashMap<>();
        for (QueuedEvent each : wanted) {
            SessionChange.QueuedEvent event = reader.event(clientId, each.number);
            if (event != null) {
                found.put(each.number, event);
            }
        }
        return found;
    }

    /** Puts into events what was read. */
    static void take(List<QueuedEvent> wanted, Map<Long, SessionChange.QueuedEvent> stored) {
        for (QueuedEvent event : wanted) {
            SessionChange.QueuedEvent found = stored.get(event.number);
            if (event.message == null && found != null) {
                event.message = message(found);
            }
            event.read = true;
        }
    }

    private static Message message(SessionChange.QueuedEvent event) {
        return Message.event(
                event.topic(), event.payload(), event.qos(), event.retain(), event.properties(), event.expiresAt());
    }

    /** An event in flight, of which only the number need be known. */
    static QueuedEvent inFlight(long number) {
        return new QueuedEvent(number, 0, 0, 0, false, Delivery.NO_IDS, 0, null);
    }

    /** A queued event without its payload. */
    static QueuedEvent stub(SessionChange.QueuedEvent event) {
        return new QueuedEvent(
                event.number(),
                event.afterSequence(),
                200
                        + 2 * event.topic().length()
                        + event.payload().length
                        + event.properties().weight(),
                event.qos(),
                event.retain(),
                event.subscriptionIds(),
                event.queuedAt(),
                null);
    }
}
