package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Verdict;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
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
     * @param clientId as the client gave it, or was given it
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

        /** There is no memory for it now. */
        default void busy(String why) {
            refused(why);
        }
    }

    private final SessionContext context;
    private final Router router;
    private final Wills wills;
    private final SubscriptionChanges subscriptions;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Restoring restored;

    public SessionRegistry(SessionContext outer, long sequence) {
        this.context = outer.withWall(new FollowedClock(outer.wall(), this::shiftTimes));
        this.router = new Router(context, sequence);
        this.wills = new Wills(context, router, context.wall()::millis);
        this.subscriptions = new SubscriptionChanges(context, router);
        this.restored = new Restoring(this, context, router, wills);
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

    /** Finds or makes the session of a client; an older connection of the same client id and user is closed. */
    public void connect(ConnectRequest request, Connected connected) {
        long now = context.wall().millis();
        List<SessionChange> changes = new ArrayList<>();
        Principal who = request.link().principal();
        String id = SessionIds.of(who, request.clientId(), sessions::get, wills::writer);
        Session existing = sessions.get(id);
        if (existing != null && existing.connected()) {
            takeOver(existing, now);
            existing = sessions.get(id);
        }
        boolean forgotten = existing != null && request.cleanStart();
        if (existing != null && forgotten) {
            end(existing);
            existing = null;
        }
        boolean present = existing != null;
        Owner owner = request.link().owner().anywhere();
        Session session = existing == null ? create(id, request.expirySeconds() > 0, owner) : existing;
        Verdict room =
                present ? Verdict.GRANTED : session.memory().take(Kind.SESSION, Cost.session(session.clientId()));
        if (!room.granted()) {
            refuse(session, present, room, connected);
            return;
        }
        if (present) {
            // It must not be what makes room for its own client's will.
            session.memory().idle(false);
        }
        if (!wills.connected(id, owner, request.will(), restored.leftWills(), changes)) {
            refuse(session, present, Verdict.QUOTA_EXCEEDED, connected);
            return;
        }
        session.memory().owner(owner);
        session.bind(request.link(), request.expirySeconds());
        if (present) {
            context.counters().sessionsDisconnected.decrement();
            session.outbox().openAt(session.outbox().cursor());
        } else {
            session.outbox().openNew();
        }
        save(session, request, forgotten, present, changes, connected);
    }

    private void save(
            Session session,
            ConnectRequest request,
            boolean forgotten,
            boolean present,
            List<SessionChange> changes,
            Connected connected) {
        if (!present && (forgotten || session.durable() || restored.leftSessions())) {
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

    private void refuse(Session session, boolean present, Verdict verdict, Connected connected) {
        if (present) {
            session.memory().idle(true);
        } else {
            session.end();
            sessions.remove(session.clientId());
        }
        if (verdict == Verdict.BUSY) {
            connected.busy("the unit's memory for clients is used up");
        } else {
            connected.refused("its share of the unit's memory for clients is used up");
        }
    }

    /** There is no memory for others while this one has some. */
    private void evict(Session session) {
        if (session.connected()) {
            log.info("client {}: closed: it does not read, and others need the memory", session.clientId());
            session.close(ClientLink.CloseReason.NO_MEMORY);
        } else if (sessions.get(session.clientId()) == session) {
            log.info("client {}: its session ends: others need the memory", session.clientId());
            context.counters().sessionsExpired.increment();
            end(session);
        }
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

    Session create(String clientId, boolean durable, Owner owner) {
        Session session = new Session(clientId, durable, context, router, owner, this::evict);
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

    /** Takes back what the store has of sessions, as far as there is memory for it; before the first connection. */
    public void restore(StoreReader reader) {
        restored.from(reader);
    }

    /** Forgets a session that was not restored in full. */
    void giveUp(Session session) {
        forget(session);
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
        context.budget().tick();
        wills.fireDue(now);
        long eventsBefore = now - context.limits().eventSeconds() * 1_000;
        for (Session session : List.copyOf(sessions.values())) {
            session.events().dropOlderThan(eventsBefore);
            session.changes().flushWithCursor();
            if (session.connected()) {
                // Whoever has not read for a while may have to go when others need the memory.
                session.memory().idle(session.outbox().stalled());
            }
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
