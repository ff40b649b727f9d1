package io.bookshelf.broker.session;

import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Tier;
import io.bookshelf.broker.session.InFlightWindow.Packet;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back what the store has of sessions and wills, within the memory budget whatever the file holds: rows come one by one,
 * and of queued events only stubs are kept. The sessions whose clients were there last come first. Each is taken back whole,
 * but for its newest events, or ends: a client must not take a session for its own that lost subscriptions.
 */
final class Restoring {
    private static final Logger log = LoggerFactory.getLogger(Restoring.class);

    /** More sessions and wills are not dropped in one start; the next one drops the others. */
    private static final int MOST_DROPPED = 4_096;

    private final SessionRegistry registry;
    private final SessionContext context;
    private final Router router;
    private final Wills wills;
    private final List<Session> taken = new ArrayList<>();
    private final List<SessionChange> drops = new ArrayList<>();
    private long droppedSessions;
    private long damagedSessions;
    private long droppedWills;
    private long putOut;
    private long sessionsWithLessEvents;

    Restoring(SessionRegistry registry, SessionContext context, Router router, Wills wills) {
        this.registry = registry;
        this.context = context;
        this.router = router;
        this.wills = wills;
    }

    /** True if the store still has sessions that were not taken back. */
    boolean leftSessions() {
        return droppedSessions + damagedSessions + putOut > 0;
    }

    /** True if the store still has wills that were not taken back. */
    boolean leftWills() {
        return droppedWills > 0;
    }

    /** What is known of a session before it is taken back. */
    private record Candidate(String clientId, Owner owner, long expirySeconds, long lastThere) {
        static Candidate of(SessionChange.SaveSession own) {
            long since = own.disconnectedAt();
            return new Candidate(
                    own.clientId(), ownerOf(holder(own)), own.expirySeconds(), since == 0 ? Long.MAX_VALUE : since);
        }
    }

    /** On whose account that is which a start takes back: quotas hold over restarts. */
    static Owner ownerOf(@Nullable Holder holder) {
        if (holder == null || holder.user().isEmpty()) {
            return Owner.UNIT;
        }
        Tier tier = PeerAccess.isReserved(holder.user()) ? Tier.STRANGER : Tier.LOCAL;
        return new Owner(holder.user(), "", "", tier);
    }

    void from(StoreReader reader) {
        long now = context.wall().millis();
        Comparator<Candidate> order =
                Comparator.comparingLong(Candidate::lastThere).thenComparing(Candidate::clientId);
        PriorityQueue<Candidate> newest = new PriorityQueue<>(order);
        Map<String, Long> expiry = new HashMap<>();
        long most = context.budget().most(Kind.SESSION) / Cost.session("");
        reader.eachSession(row -> {
            switch (row) {
                case SessionChange.SaveSession own -> {
                    if (isPutOut(own)) {
                        putOut(own.clientId());
                        return;
                    }
                    Candidate each = Candidate.of(own);
                    newest.add(each);
                    expiry.put(each.clientId(), each.expirySeconds());
                    if (newest.size() > most) {
                        Candidate gone = newest.remove();
                        expiry.remove(gone.clientId());
                        drop(gone.clientId());
                    }
                }
                case SessionChange.DropSession lost -> dropDamaged(lost.clientId());
                case SessionChange.SaveWill will -> restore(will, expiry.getOrDefault(will.clientId(), 0L), now);
                default -> throw new IllegalArgumentException("neither a session nor a will: " + row);
            }
        });
        newest.stream().sorted(order.reversed()).forEach(each -> restore(reader, each, now));
        taken.forEach(session -> session.memory().idle(true));
        taken.clear();
        Changes.whenSaved(context, List.copyOf(drops), refusal -> {});
        drops.clear();
        say();
        wills.judgeAgain();
        wills.fireDue(now);
    }

    /** Whose a stored session is. A former version stored it only in the id, and there not for local clients. */
    private static @Nullable Holder holder(SessionChange.SaveSession stored) {
        String user = PeerAccess.userOf(stored.clientId());
        return stored.holder() != null || user == null ? stored.holder() : new Holder(user, "");
    }

    /** Whoever was put out while the unit was off has no session any more. */
    private boolean isPutOut(SessionChange.SaveSession stored) {
        Holder holder = holder(stored);
        return holder != null && !context.access().isLetIn(holder);
    }

    private void putOut(String clientId) {
        putOut++;
        if (drops.size() < MOST_DROPPED) {
            drops.add(new SessionChange.DropSession(clientId));
            drops.add(new SessionChange.DropWill(clientId));
        }
    }

    private void say() {
        if (putOut > 0) {
            log.info("{} sessions ended: their users are not let in any more", putOut);
        }
        if (damagedSessions > 0) {
            log.warn(
                    "{} sessions ended: rows of theirs in the store are damaged; their clients subscribe again",
                    damagedSessions);
        }
        if (droppedSessions > 0) {
            log.warn(
                    "the store holds more sessions than there is memory for: {} ended, those of clients that were away"
                            + " for longest first",
                    droppedSessions);
        }
        if (droppedWills > 0) {
            log.warn("the store holds more wills than there is memory for: {} were dropped", droppedWills);
        }
        if (sessionsWithLessEvents > 0) {
            log.warn(
                    "the store holds more queued events than there is memory for: {} sessions lost their newest",
                    sessionsWithLessEvents);
        }
    }

    private void drop(String clientId) {
        droppedSessions++;
        dropRows(clientId);
    }

    private void dropDamaged(String clientId) {
        damagedSessions++;
        dropRows(clientId);
    }

    private void dropRows(String clientId) {
        if (drops.size() < MOST_DROPPED) {
            drops.add(new SessionChange.DropSession(clientId));
        }
    }

    private void restore(SessionChange.SaveWill will, long sessionSeconds, long now) {
        if (!wills.restore(will, sessionSeconds, now)) {
            droppedWills++;
            if (drops.size() < MOST_DROPPED) {
                drops.add(new SessionChange.DropWill(will.clientId()));
            }
        }
    }

    private void restore(StoreReader reader, Candidate candidate, long now) {
        String clientId = candidate.clientId();
        Session session = registry.create(clientId, true, candidate.owner());
        Rows rows = new Rows(session);
        if (session.memory().takeIfFree(Kind.SESSION, Cost.session(clientId)).granted()) {
            rows.ended(reader.session(clientId, rows::take));
        }
        SessionChange.SaveSession own = rows.own;
        if (own == null || rows.incomplete || rows.damaged) {
            registry.giveUp(session);
            if (rows.damaged) {
                dropDamaged(clientId);
            } else {
                drop(clientId);
            }
            return;
        }
        restore(session, own, now);
        rows.subscriptions.stream()
                .sorted(Comparator.comparingLong(SessionChange.Subscribe::order))
                .forEach(each -> restore(session, each));
        rows.packets.stream()
                .sorted(Comparator.comparingLong(SessionChange.SaveInFlight::order))
                .forEach(each -> restore(session, each));
        if (rows.cutBehind >= 0) {
            sessionsWithLessEvents++;
            // Before anybody publishes: what is queued from now on has greater numbers.
            drops.add(new SessionChange.DropEventsAfter(clientId, rows.cutBehind));
        }
        taken.add(session);
        context.counters().sessionsDisconnected.increment();
    }

    /** The rows of one session: stubs of its events go where they belong at once, the rest is put in order first. */
    private static final class Rows {
        private final Session session;
        private final List<SessionChange.SaveInFlight> packets = new ArrayList<>();
        private final List<SessionChange.Subscribe> subscriptions = new ArrayList<>();
        private final Set<Long> sent = new HashSet<>();
        private SessionChange.@Nullable SaveSession own;
        private boolean incomplete;
        private boolean damaged;
        private long last;
        private long cutBehind = -1;

        Rows(Session session) {
            this.session = session;
        }

        void ended(StoreReader.SessionEnd end) {
            damaged = !end.whole();
            session.lastEvent(end.lastEvent());
        }

        void take(SessionChange row) {
            switch (row) {
                case SessionChange.SaveSession self -> own = self;
                case SessionChange.SaveInFlight packet -> {
                    packets.add(packet);
                    sent.add(packet.event());
                }
                case SessionChange.SaveIncoming incoming -> session.incoming().add(incoming.packetId());
                case SessionChange.Subscribe each -> take(each);
                case SessionChange.QueuedEvent event -> take(event);
                default -> throw new IllegalArgumentException("no row of a session: " + row);
            }
        }

        private void take(SessionChange.Subscribe each) {
            if (incomplete || !isHeld(each.filter()) || !session.subscriptions().pay(each.filter())) {
                incomplete = true;
            } else {
                subscriptions.add(each);
            }
        }

        private static boolean isHeld(String filter) {
            try {
                TopicFilter.parse(filter);
                return true;
            } catch (IllegalArgumentException e) {
                // A former version took more levels.
                return false;
            }
        }

        private void take(SessionChange.QueuedEvent event) {
            if (sent.contains(event.number())) {
                last = event.number();
            } else if (cutBehind < 0) {
                if (session.events().restore(Resumption.stub(event))) {
                    last = event.number();
                } else {
                    cutBehind = last;
                }
            }
        }
    }

    private void restore(Session session, SessionChange.SaveSession own, long now) {
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
    }

    private static void restore(Session session, SessionChange.SaveInFlight each) {
        QueuedEvent event = each.event() == 0 ? null : Resumption.inFlight(each.event());
        Packet packet = new Packet(each.packetId(), each.qos(), each.key(), event, each.order());
        packet.released = each.released();
        packet.saved = true;
        session.window().restore(packet);
    }

    private void restore(Session session, SessionChange.Subscribe each) {
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
}
