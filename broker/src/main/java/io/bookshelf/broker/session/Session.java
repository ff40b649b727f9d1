package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.MemoryHolder;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.session.InFlightWindow.Packet;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One MQTT session: its subscriptions, the packets in flight both ways, its events, and the {@link Outbox} of its connection.
 * A durable session has all of this in the store as well, through its {@link SessionLog}.
 */
public final class Session {
    private static final Logger log = LoggerFactory.getLogger(Session.class);
    private static final long DEFERRED_BYTES = 512 * 1024;

    private final String clientId;
    private final boolean durable;
    private final SessionContext context;
    private final MemoryHolder memory;
    private final Outbox outbox;
    private final SessionLog changes;
    private final EventQueue events;
    private final InFlightWindow window = new InFlightWindow();
    private final Set<Integer> incoming = new HashSet<>();
    private final SessionSubscriptions subscriptions = new SessionSubscriptions(this);

    /** Scratch of the router: what the message being routed matches here. */
    final Match routed = new Match();

    /** The router's round that {@link #routed} belongs to. */
    long routedIn;

    /** The router's round for whose event a stored copy was made when it was handed in. */
    long queuedIn;

    private long expirySeconds;
    private long disconnectedAt;
    private long lastEvent;
    private long deferredBytes;
    private @Nullable ClientLink client;
    private @Nullable String owner;

    /** What comes before anything new, while that lasts. */
    private @Nullable Resumption resumption;

    private boolean ended;

    /** True once the client has its CONNACK and what it must be sent again. */
    private boolean delivering;

    Session(
            String clientId,
            boolean durable,
            SessionContext context,
            Router router,
            Owner owner,
            Consumer<Session> evict) {
        this.clientId = clientId;
        this.durable = durable;
        this.context = context;
        this.memory = context.budget().open(owner, () -> evict.accept(this));
        this.outbox = new Outbox(this, context, router);
        this.changes = new SessionLog(this, context);
        this.events = new EventQueue(context.limits(), memory, router.payloads(), this::dropEvent);
    }

    public String clientId() {
        return clientId;
    }

    /** True if it is kept in the store, so as to outlive its connection; settled when it begins. */
    public boolean durable() {
        return durable;
    }

    public boolean connected() {
        return client != null;
    }

    /** True if a subscription of it asks not to be sent its own writes. */
    public boolean wantsNoLocal() {
        return subscriptions.wantNoLocal();
    }

    /** True once it is gone for good. */
    boolean ended() {
        return ended;
    }

    void end() {
        ended = true;
        events.clear();
        memory.close();
    }

    @Nullable
    ClientLink client() {
        return client;
    }

    long expirySeconds() {
        return expirySeconds;
    }

    long disconnectedAt() {
        return disconnectedAt;
    }

    EventQueue events() {
        return events;
    }

    Outbox outbox() {
        return outbox;
    }

    SessionLog changes() {
        return changes;
    }

    InFlightWindow window() {
        return window;
    }

    SessionSubscriptions subscriptions() {
        return subscriptions;
    }

    /** The memory that is held for it. */
    MemoryHolder memory() {
        return memory;
    }

    void bind(ClientLink link, long expiry) {
        memory.idle(false);
        client = link;
        changes.heldBy(link.principal().holder());
        expirySeconds = expiry;
        disconnectedAt = 0;
        delivering = false;
    }

    /** The user who proved to be its client; null while that is not known, of one that an earlier version saved. */
    @Nullable
    Holder holder() {
        return changes.holder();
    }

    void restore(@Nullable Holder whose, long expiry, long since) {
        changes.heldBy(whose);
        expirySeconds = expiry;
        disconnectedAt = since;
    }

    /** The clock was set: durations stay what they were. */
    void shiftTimes(long millis) {
        if (client == null) {
            disconnectedAt += millis;
            changes.record(changes.row(expirySeconds, disconnectedAt, changes.savedCursor()));
        }
        events.all().forEach(event -> event.queuedAt += millis);
    }

    void expirySeconds(long seconds) {
        expirySeconds = seconds;
    }

    /** False while a client that came back has not got yet what it must get first; snapshots wait for that. */
    boolean delivering() {
        return delivering;
    }

    /** The client has its CONNACK: deliver, from now on or from where the session was. */
    void startDelivering() {
        delivering = true;
        resumption = null;
        outbox.pump();
    }

    /** The client of a session that was away has its CONNACK: it gets what was in flight again, then the rest. */
    void resume() {
        ClientLink link = client;
        if (link != null) {
            resumption = new Resumption(context, this, link);
            resumption.goOn();
        }
    }

    void unbind(long now) {
        resumption = null;
        outbox.close();
        client = null;
        delivering = false;
        disconnectedAt = now;
        deferredBytes = 0;
        // What is in the store is read again; what is not ends with the connection.
        events.keepStoredOnly();
        memory.idle(true);
    }

    /** The socket, or the window, has room again. */
    public void roomAgain() {
        if (delivering) {
            outbox.pump();
        } else if (resumption != null) {
            resumption.goOn();
        }
    }

    void storeFailed(RuntimeException failure) {
        log.warn("client {}: {}", clientId, failure.getMessage());
        close(ClientLink.CloseReason.STORE_FAILED);
    }

    void close(ClientLink.CloseReason reason) {
        if (client != null) {
            client.close(reason);
        }
    }

    /** True if the socket takes more. */
    boolean linkHasRoom() {
        return client != null && client.hasRoom();
    }

    boolean mayTake(int qos) {
        ClientLink link = client;
        if (link == null || !delivering || !link.hasRoom() || deferredBytes >= DEFERRED_BYTES) {
            return false;
        }
        if (qos < 2 && deferredBytes > 0) {
            // What waits for the disk goes first.
            return false;
        }
        return qos == 0
                || window.size()
                        < Math.min(link.receiveMaximum(), context.limits().inFlight());
    }

    void send(Delivery delivery) {
        ClientLink link = client;
        if (link == null) {
            return;
        }
        Entry expired = delivery.message().entry();
        if (expired != null && delivery.message().expiredBy(context.wall().expiryMillis())) {
            // It expired while it waited: the client may hold the value before it.
            send(delivery.with(Message.of(expired.expired())));
            return;
        }
        if (!wanted(delivery, link)) {
            settle(delivery.event());
            return;
        }
        if (delivery.qos() == 0) {
            if (!link.publish(delivery.as(link.principal(), context.access()), 0, false)) {
                context.counters().publishesDropped.increment();
            }
            return;
        }
        Entry entry = delivery.message().entry();
        Packet packet = window.open(delivery.qos(), entry == null ? null : entry.key(), delivery.event());
        if (durable) {
            changes.opened(packet);
            if (delivery.qos() == 2) {
                // The packet id must be on disk before the client may answer for it.
                deferredBytes += delivery.message().weight();
                changes.afterSave(() -> sendDeferred(link, delivery, packet));
                return;
            }
        }
        transmit(link, delivery, packet);
    }

    private void sendDeferred(ClientLink link, Delivery delivery, Packet packet) {
        if (client == link) {
            deferredBytes -= delivery.message().weight();
            transmit(link, delivery, packet);
            roomAgain();
        }
    }

    private void transmit(ClientLink link, Delivery delivery, Packet packet) {
        if (!link.publish(delivery, packet.packetId, false)) {
            context.counters().publishesDropped.increment();
            finish(packet);
        }
    }

    private boolean wanted(Delivery delivery, ClientLink link) {
        Message message = delivery.message();
        if (message.expiredBy(context.wall().expiryMillis())) {
            context.counters().publishesDropped.increment();
            return false;
        }
        return Readable.by(context.access(), link, message);
    }

    /** The client has acknowledged a QoS 1 packet. */
    public void puback(int packetId) {
        Packet packet = window.get(packetId);
        if (packet != null && packet.qos == 1) {
            finish(packet);
            roomAgain();
        }
    }

    /**
     * The client has received a QoS 2 packet, or refuses it.
     *
     * @return false if there is no such packet
     */
    public boolean pubrec(int packetId, boolean refused) {
        Packet packet = window.get(packetId);
        if (packet == null || packet.qos != 2) {
            return false;
        }
        if (refused) {
            finish(packet);
            roomAgain();
            return true;
        }
        ClientLink link = client;
        if (packet.released || !durable()) {
            packet.released = true;
            settle(packet.event);
            if (link != null) {
                link.pubrel(packetId);
            }
            return true;
        }
        packet.released = true;
        changes.released(packet);
        settle(packet.event);
        changes.afterSave(() -> {
            if (link != null && client == link) {
                link.pubrel(packetId);
            }
        });
        return true;
    }

    /** The client has completed a QoS 2 packet. */
    public void pubcomp(int packetId) {
        Packet packet = window.get(packetId);
        if (packet != null && packet.qos == 2 && packet.released) {
            finish(packet);
            roomAgain();
        }
    }

    void finish(Packet packet) {
        window.close(packet.packetId);
        if (durable()) {
            changes.closed(packet);
        }
        if (!packet.released) {
            settle(packet.event);
        }
    }

    /** An event is delivered for good: its stored copy goes. */
    private void settle(@Nullable QueuedEvent event) {
        if (event != null && event.number > 0 && durable()) {
            changes.record(new SessionChange.DropEvent(clientId, event.number));
        }
    }

    private void dropEvent(QueuedEvent event) {
        context.counters().publishesDropped.increment();
        settle(event);
    }

    long nextEvent() {
        return ++lastEvent;
    }

    void lastEvent(long number) {
        lastEvent = number;
    }

    /** The packet ids of incoming QoS 2 publishes that await their PUBREL. */
    public Set<Integer> incoming() {
        return incoming;
    }
}
