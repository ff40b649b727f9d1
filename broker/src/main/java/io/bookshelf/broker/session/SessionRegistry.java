package io.bookshelf.broker.session;

import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.session.InFlightWindow.Packet;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoredSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All sessions of the unit: who is connected, who will come back, who has gone for good. Loop thread only. */
public final class SessionRegistry {
    private static final Logger log = LoggerFactory.getLogger(SessionRegistry.class);

    /**
     * A CONNECT that has been let in.
     *
     * @param expirySeconds how long the session outlives its connection, already cut to the limit
     */
    public record ConnectRequest(
            String clientId,
            ClientLink link,
            boolean cleanStart,
            long expirySeconds,
            @Nullable Will will) {}

    /** Told when the session is ready for its CONNACK, or that the store refused it. */
    public interface Connected {
        void ready(Session session, boolean sessionPresent);

        void refused(String why);
    }

    private final SessionContext context;
    private final Router router;
    private final Wills wills;
    private final SubscriptionChanges subscriptions;
    private final Map<String, Session> sessions = new HashMap<>();

    public SessionRegistry(SessionContext outer, long sequence) {
        this.context = outer.withWall(new FollowedClock(outer.wall(), this::shiftTimes));
        this.router = new Router(context, sequence);
        this.wills = new Wills(context, router, context.wall()::millis);
        this.subscriptions = new SubscriptionChanges(context, router);
    }

    /** Where publications go, and commits come out. */
    public Router router() {
        return router;
    }

    /** Where sessions subscribe. */
    public SubscriptionChanges subscriptions() {
        return subscriptions;
    }

    // --- connecting -------------------------------------------------------------------------------------------------

    /** Finds or makes the session of a client; an older connection of the same client id is closed. */
    public void connect(ConnectRequest request, Connected connected) {
        long now = context.wall().millis();
        List<SessionChange> changes = new ArrayList<>();
        Session existing = sessions.get(request.clientId());
        if (existing != null && existing.connected()) {
            takeOver(existing, now);
            existing = sessions.get(request.clientId());
        }
        boolean forgotten = existing != null && request.cleanStart();
        if (existing != null && forgotten) {
            end(existing);
            existing = null;
        }
        boolean present = existing != null;
        Session session = existing == null ? create(request.clientId(), request.expirySeconds() > 0) : existing;
        session.bind(request.link(), request.expirySeconds());
        if (present) {
            context.counters().sessionsDisconnected.decrement();
            session.outbox().openAt(session.outbox().cursor());
        } else {
            session.outbox().openNew();
        }
        if (!present && (forgotten || session.durable())) {
            // In the same transaction: a session that the client was told is gone must not come back after a crash.
            changes.add(new SessionChange.DropSession(session.clientId()));
        }
        long saved = session.changes().savedCursor();
        if (session.durable()) {
            // What is sent again has to be on disk before, also where the disk has refused it once.
            session.changes().flush();
            long cursor = session.outbox().cursor();
            session.changes().savedCursor(cursor);
            changes.add(session.changes().row(session.expirySeconds(), 0, cursor));
        }
        wills.connected(request.clientId(), request.will(), changes);
        Consumer<@Nullable String> answer = refusal -> {
            if (refusal != null) {
                session.changes().notSaved(saved);
                // The connection never learns of its session, so it cannot let go of it.
                disconnected(session, request.link(), true, present ? session.expirySeconds() : 0);
                connected.refused(refusal);
            } else if (session.client() == request.link()) {
                connected.ready(session, present);
            }
        };
        Changes.whenSaved(context, changes, answer);
    }

    /** The client has its CONNACK. */
    public void acknowledged(Session session, boolean sessionPresent) {
        if (sessionPresent) {
            session.resume();
        } else {
            session.startDelivering();
        }
    }

    private void takeOver(Session session, long now) {
        log.info("client {}: another connection takes the session over", session.clientId());
        ClientLink old = session.client();
        if (old != null) {
            disconnected(session, old, false, session.expirySeconds(), now);
            old.close(ClientLink.CloseReason.TAKEN_OVER);
        }
    }

    private Session create(String clientId, boolean durable) {
        Session session = new Session(clientId, durable, context, router);
        sessions.put(clientId, session);
        return session;
    }

    // --- disconnecting ----------------------------------------------------------------------------------------------

    /**
     * A connection has ended. Does nothing if the session has another one by now.
     *
     * @param goodbye true after a DISCONNECT that withdraws the will
     * @param expirySeconds how long the session lives on
     */
    public void disconnected(Session session, ClientLink link, boolean goodbye, long expirySeconds) {
        disconnected(session, link, goodbye, expirySeconds, context.wall().millis());
    }

    private void disconnected(Session session, ClientLink link, boolean goodbye, long expirySeconds, long now) {
        if (session.client() != link) {
            return;
        }
        session.changes().flushWithCursor();
        session.unbind(now);
        if (goodbye) {
            wills.withdraw(session.clientId());
        } else {
            wills.connectionBroke(session.clientId(), expirySeconds, now);
        }
        if (expirySeconds == 0) {
            forget(session);
            if (session.durable()) {
                drop(session);
            }
            return;
        }
        session.expirySeconds(expirySeconds);
        context.counters().sessionsDisconnected.increment();
        long cursor = session.outbox().cursor();
        session.changes().savedCursor(cursor);
        context.submit().accept(new Changes(List.of(session.changes().row(expirySeconds, now, cursor)), refusal -> {}));
    }

    /** Ends a session that has no connection. */
    private void end(Session session) {
        context.counters().sessionsDisconnected.decrement();
        wills.sessionEnds(session.clientId());
        forget(session);
        drop(session);
    }

    private void forget(Session session) {
        session.end();
        sessions.remove(session.clientId());
        session.subscriptions().all().forEach(router::remove);
    }

    private void drop(Session session) {
        context.submit().accept(new Changes(List.of(new SessionChange.DropSession(session.clientId())), refusal -> {}));
    }

    /** Does something in its place behind all that was handed to the bus before. */
    public void inOrder(Runnable action) {
        context.submit().accept(new Changes(List.of(), refusal -> action.run()));
    }

    /** Frees the packet id of an incoming QoS 2 publish, then, once that is durable, does something. */
    public void release(Session session, int packetId, Runnable then) {
        session.incoming().remove(packetId);
        List<SessionChange> changes =
                session.durable() ? List.of(new SessionChange.DropIncoming(session.clientId(), packetId)) : List.of();
        Changes.whenSaved(context, changes, refusal -> {
            if (refusal == null) {
                then.run();
            } else if (!session.ended()) {
                // The store still has it. A client asks again when it comes again, not before.
                session.incoming().add(packetId);
                session.close(ClientLink.CloseReason.NO_ROOM);
            }
        });
    }

    // --- time -------------------------------------------------------------------------------------------------------

    /** Takes back the sessions that the store has; before the first connection. */
    public void restore(List<StoredSession> stored, Map<String, List<SessionChange.QueuedEvent>> events) {
        long now = context.wall().millis();
        for (StoredSession each : stored) {
            SessionChange.SaveSession own = each.session();
            SessionChange.SaveWill will = each.will();
            Holder holder = own == null ? null : holder(own);
            if (holder != null && !context.access().isLetIn(holder)) {
                log.info("client {}: its session ends: {} is not let in any more", each.clientId(), holder.user());
                context.submit()
                        .accept(new Changes(
                                List.of(
                                        new SessionChange.DropSession(each.clientId()),
                                        new SessionChange.DropWill(each.clientId())),
                                refusal -> {}));
                continue;
            }
            if (will != null) {
                wills.restore(will, own == null ? 0 : own.expirySeconds(), now);
            }
            if (own != null) {
                restore(each, own, events.getOrDefault(each.clientId(), List.of()), now);
            }
        }
        wills.judgeAgain();
        wills.fireDue(now);
    }

    /** Whose a stored session is. A former version stored it only in the id, and there not for local clients. */
    private static @Nullable Holder holder(SessionChange.SaveSession stored) {
        String user = PeerAccess.userOf(stored.clientId());
        return stored.holder() != null || user == null ? stored.holder() : new Holder(user, "");
    }

    private void restore(
            StoredSession stored, SessionChange.SaveSession own, List<SessionChange.QueuedEvent> events, long now) {
        Session session = create(stored.clientId(), true);
        long since = own.disconnectedAt() == 0 ? now : own.disconnectedAt();
        session.restore(holder(own), own.expirySeconds(), since);
        // Where damage took the end of the log, its numbers are given again: a cursor beyond it would pass over what
        // they
        // are given to.
        session.outbox().openAt(Math.min(own.cursor(), router.sequence()));
        session.outbox().close();
        session.changes().savedCursor(own.cursor());
        if (own.cursor() > router.sequence()) {
            // Before anybody writes: else the next start could take it for one of what was written since.
            session.changes().flushWithCursor();
        }
        if (own.disconnectedAt() == 0) {
            session.changes().record(session.changes().row(own.expirySeconds(), since, own.cursor()));
        }
        session.lastEvent(stored.lastEvent());
        for (SessionChange.SaveInFlight each : stored.inFlight()) {
            QueuedEvent event = each.event() == 0 ? null : Resumption.inFlight(each.event());
            Packet packet = new Packet(each.packetId(), each.qos(), each.key(), event, each.order());
            packet.released = each.released();
            packet.saved = true;
            session.window().restore(packet);
        }
        events.forEach(event -> session.events().add(Resumption.stub(event)));
        stored.incoming().forEach(session.incoming()::add);
        for (SessionChange.Subscribe each : stored.subscriptions()) {
            Subscription subscription = new Subscription(
                    session,
                    TopicFilter.parse(each.filter()),
                    Subscription.Options.of(each.options()),
                    each.identifier(),
                    each.order());
            session.subscriptions().add(subscription);
            router.add(subscription);
            if (each.snapshotPending()) {
                session.subscriptions().owe(subscription);
            }
        }
        context.counters().sessionsDisconnected.increment();
    }

    /**
     * Somebody may have been put out: what belongs to whoever would not be let in now ends at once: connection, session,
     * queued events, and the will, which does not fire.
     */
    public void judgeAgain() {
        for (Session session : List.copyOf(sessions.values())) {
            Holder holder = session.changes().holder();
            if (holder != null && !context.access().isLetIn(holder)) {
                putOut(session, holder);
            }
        }
        wills.judgeAgain();
    }

    private void putOut(Session session, Holder holder) {
        log.info("client {}: its session ends: {} is not let in any more", session.clientId(), holder.user());
        wills.withdraw(session.clientId());
        ClientLink link = session.client();
        if (link == null) {
            end(session);
        } else {
            disconnected(session, link, true, 0);
            link.close(ClientLink.CloseReason.PUT_OUT);
        }
    }

    /** The wall clock became known, or was set: what waits for a time waits as long as before. */
    private void shiftTimes(long jump) {
        log.info("clock: the time of day jumped by {} s", jump / 1_000);
        sessions.values().forEach(session -> session.shiftTimes(jump));
        wills.shiftTimes(jump);
    }

    /** Once a second: ends what has expired, fires wills that are due, saves what has waited. */
    public void tick() {
        long now = context.wall().millis();
        wills.fireDue(now);
        long eventsBefore = now - context.limits().eventSeconds() * 1_000;
        for (Session session : List.copyOf(sessions.values())) {
            session.events().dropOlderThan(eventsBefore);
            session.changes().flushWithCursor();
            if (!session.connected() && now - session.disconnectedAt() >= session.expirySeconds() * 1_000) {
                log.info("client {}: the session has expired", session.clientId());
                context.counters().sessionsExpired.increment();
                end(session);
            }
        }
    }

    /** Saves acknowledgements and cursors that have waited for company. */
    public void saveWhatWaits() {
        sessions.values().forEach(session -> session.changes().flush());
    }

    /** How many events wait for sessions. */
    public long queuedEvents() {
        return sessions.values().stream()
                .mapToLong(session -> session.events().size())
                .sum();
    }

    /** The sequence up to which no session needs tombstones any more. */
    public long tombstoneFloor() {
        long floor = router.sequence();
        for (Session session : sessions.values()) {
            if (session.durable()) {
                floor = Math.min(floor, session.changes().savedCursor());
            }
            if (session.connected()) {
                floor = Math.min(floor, session.outbox().cursor());
            }
        }
        return floor;
    }
}
