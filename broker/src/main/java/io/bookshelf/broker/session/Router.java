package io.bookshelf.broker.session;

import io.bookshelf.broker.topic.SubscriptionTree;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Write;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what was committed to the sessions whose subscriptions match, in commit order, and then tells whoever published it.
 */
public final class Router {
    /** A submission that wants to know what became of it, on the loop, after it was routed. */
    interface Settled {
        void settled(Commit.Outcome outcome);
    }

    /** Something to do once all up to a sequence has been routed. */
    private record Waiting(long sequence, Runnable task) {}

    private static final Logger log = LoggerFactory.getLogger(Router.class);

    private final SessionContext context;
    private final SubscriptionTree<Subscription> tree = new SubscriptionTree<>();
    private final SubscriptionTree<SharedGroup> sharedTree = new SubscriptionTree<>();
    private final Map<String, SharedGroup> sharedGroups = new HashMap<>();
    private final SharedPayloads payloads;
    private final List<Session> touched = new ArrayList<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private int durableSubscriptions;
    private long sequence;
    private long round;

    Router(SessionContext context, long sequence) {
        this.context = context;
        this.sequence = sequence;
        this.payloads = new SharedPayloads(context.budget());
        context.system().onChange(this::routeSystem);
    }

    /** The accounts of events that are in memory only. */
    SharedPayloads payloads() {
        return payloads;
    }

    /** Everything up to this sequence has been routed. */
    long sequence() {
        return sequence;
    }

    /** Does something once everything up to this sequence has been routed: now, or after a commit that is on its way. */
    void whenRouted(long through, Runnable task) {
        if (through <= sequence) {
            task.run();
        } else {
            waiting.add(new Waiting(through, task));
        }
    }

    void add(Subscription subscription) {
        String group = subscription.filter.group();
        if (group == null) {
            tree.add(subscription.filter.filter(), subscription);
            durableSubscriptions += subscription.session.durable() ? 1 : 0;
            context.counters().subscriptions.increment();
            return;
        }
        context.counters().sharedSubscriptions.increment();
        SharedGroup shared = sharedGroups.get(subscription.filter.text());
        if (shared == null) {
            shared = new SharedGroup();
            sharedGroups.put(subscription.filter.text(), shared);
            sharedTree.add(subscription.filter.filter(), shared);
        }
        shared.add(subscription);
    }

    void remove(Subscription subscription) {
        if (subscription.filter.group() == null) {
            tree.remove(subscription.filter.filter(), subscription);
            durableSubscriptions -= subscription.session.durable() ? 1 : 0;
            context.counters().subscriptions.decrement();
            return;
        }
        context.counters().sharedSubscriptions.decrement();
        SharedGroup shared = sharedGroups.get(subscription.filter.text());
        if (shared != null) {
            shared.remove(subscription);
            if (shared.isEmpty()) {
                sharedGroups.remove(subscription.filter.text());
                sharedTree.remove(subscription.filter.filter(), shared);
            }
        }
    }

    /** Hands a message to the bus, with a stored copy for each durable session that has to have it. */
    public void publish(PublishRequest request) {
        context.submit().accept(prepare(request));
    }

    private Publication prepare(PublishRequest request) {
        long now = context.wall().millis();
        Message message = Message.event(
                request.topic(),
                request.payload(),
                request.qos(),
                request.retain(),
                request.properties(),
                request.expirySeconds() == 0 ? 0 : now + request.expirySeconds() * 1_000);
        Write write = request.retain()
                ? new Write(
                        Key.of(request.topic()),
                        request.payload(),
                        request.qos(),
                        request.properties(),
                        request.expirySeconds(),
                        request.ifAbsent(),
                        request.id())
                : null;
        List<Publication.Queued> queued = new ArrayList<>(0);
        if (write == null && message.qos() > 0 && durableSubscriptions > 0) {
            queueForDurable(request, message, now, queued);
        }
        sharedTree.match(request.topic(), group -> queueForGroup(group, message, now, queued));
        return new Publication(
                request.publisher(), message, write, queued, changes(request, queued, message), request.done());
    }

    private void queueForDurable(PublishRequest request, Message message, long now, List<Publication.Queued> queued) {
        match(request.topic(), request.publisher());
        for (Session session : touched) {
            int qos = session.routed.qos(message.qos());
            if (session.durable() && qos > 0) {
                boolean retain = session.routed.retainAsPublished() && message.retained();
                QueuedEvent event = new QueuedEvent(
                        session.nextEvent(), 0, message.weight(), qos, retain, session.routed.ids(), now, message);
                queued.add(new Publication.Queued(session, event, null));
            }
        }
    }

    private void queueForGroup(SharedGroup group, Message message, long now, List<Publication.Queued> queued) {
        Subscription picked = group.pick();
        if (picked != null) {
            int qos = Math.min(picked.options.qos(), message.qos());
            if (qos > 0 || picked.session.connected()) {
                long number = picked.session.durable() && qos > 0 ? picked.session.nextEvent() : 0;
                queued.add(new Publication.Queued(picked.session, shared(picked, message, number, 0, now), group));
            }
        }
    }

    /** A message as the member of a group gets it that it goes to. */
    private static QueuedEvent shared(Subscription member, Message message, long number, long sequence, long now) {
        Subscription.Options options = member.options;
        return new QueuedEvent(
                number,
                sequence,
                message.weight(),
                Math.min(options.qos(), message.qos()),
                options.retainAsPublished() && message.retained(),
                member.identifier > 0 ? new int[] {member.identifier} : Delivery.NO_IDS,
                now,
                message);
    }

    private static List<SessionChange> changes(
            PublishRequest request, List<Publication.Queued> queued, Message message) {
        if (queued.isEmpty()) {
            return request.changes();
        }
        List<SessionChange> changes = new ArrayList<>(request.changes());
        for (Publication.Queued each : queued) {
            QueuedEvent event = each.event();
            if (event.number > 0) {
                changes.add(new SessionChange.QueuedEvent(
                        each.session().clientId(),
                        event.number,
                        0,
                        message.topic(),
                        message.payload(),
                        event.qos,
                        event.retain,
                        event.subscriptionIds,
                        message.properties(),
                        message.expiresAt(),
                        event.queuedAt));
            }
        }
        return changes;
    }

    /** Routes a commit, then settles its submissions one by one. */
    public void route(Commit commit) {
        for (Commit.Outcome outcome : commit.outcomes()) {
            try {
                if (outcome.submission() instanceof Publication publication) {
                    if (outcome.refusal() == null && outcome.repeats() == null) {
                        route(publication, outcome);
                    }
                } else if (outcome.entry() != null) {
                    routeArrived(outcome.entry());
                }
                sequence = Math.max(sequence, outcome.sequence());
                if (outcome.submission() instanceof Settled settled) {
                    settled.settled(outcome);
                }
            } catch (RuntimeException e) {
                // One message's trouble is not the next one's.
                log.error("a message could not be routed: {}", e.toString(), e);
            }
        }
        sequence = Math.max(sequence, commit.sequence());
        runWaiting();
    }

    private void runWaiting() {
        if (waiting.isEmpty()) {
            return;
        }
        List<Waiting> due =
                waiting.stream().filter(each -> each.sequence() <= sequence).toList();
        waiting.removeAll(due);
        for (Waiting each : due) {
            try {
                each.task().run();
            } catch (RuntimeException e) {
                log.error("what was read could not be delivered: {}", e.toString(), e);
            }
        }
    }

    /** A write that came from elsewhere. Shared groups are not told: no copy for them is in its transaction. */
    private void routeArrived(Entry entry) {
        match(entry.key().name(), null);
        Message message = Message.of(entry);
        for (Session session : touched) {
            if (session.connected()) {
                session.outbox().offer(session.routed.change(message));
            }
        }
    }

    private void route(Publication publication, Commit.Outcome outcome) {
        Entry entry = outcome.entry();
        match(publication.message.topic(), publication.publisher);
        if (entry != null) {
            Message message = Message.of(entry);
            for (Session session : touched) {
                if (session.connected()) {
                    session.outbox().offer(session.routed.change(message));
                }
            }
        } else {
            Message message = publication.message;
            for (Publication.Queued queued : publication.queued) {
                if (queued.group() == null) {
                    queued.session().queuedIn = round;
                }
            }
            for (Session session : touched) {
                int qos = session.routed.qos(message.qos());
                if (session.queuedIn != round && session.connected()) {
                    boolean retain = session.routed.retainAsPublished() && message.retained();
                    session.outbox()
                            .offerEvent(new QueuedEvent(
                                    0,
                                    outcome.sequence(),
                                    message.weight(),
                                    qos,
                                    retain,
                                    session.routed.ids(),
                                    context.wall().millis(),
                                    message));
                }
            }
        }
        publication.queued.forEach(queued -> deliver(queued, publication.message, outcome.sequence()));
    }

    private static void deliver(Publication.Queued queued, Message message, long sequence) {
        Session session = queued.session();
        SharedGroup group = queued.group();
        if (session.ended() && group != null) {
            // Its member went before its turn came: another gets it, if one is there.
            Subscription other = group.pick();
            if (other != null && other.session.connected()) {
                other.session.outbox().offerEvent(shared(other, message, 0, sequence, queued.event().queuedAt));
            }
            return;
        }
        if (session.ended() || queued.event().number == 0 && !session.connected()) {
            return;
        }
        session.outbox().offerEvent(queued.event().behind(sequence, session.connected()));
    }

    private void routeSystem(Message message) {
        match(message.topic(), null);
        for (Session session : touched) {
            if (session.connected()) {
                session.outbox()
                        .offerEvent(new QueuedEvent(
                                0,
                                sequence,
                                message.weight(),
                                0,
                                session.routed.retainAsPublished(),
                                session.routed.ids(),
                                context.wall().millis(),
                                message));
            }
        }
    }

    /** Fills {@link #touched} with the sessions that match, and each one's {@link Session#routed}. */
    private void match(String topic, @Nullable Session publisher) {
        touched.clear();
        round++;
        tree.match(topic, subscription -> {
            Session session = subscription.session;
            if (subscription.options.noLocal()
                    && publisher != null
                    && publisher.clientId().equals(session.clientId())) {
                return;
            }
            if (session.routedIn != round) {
                session.routedIn = round;
                session.routed.clear();
                touched.add(session);
            }
            session.routed.add(subscription);
        });
    }

    /** The message that tells that the snapshots before it in the same SUBSCRIBE have been delivered. */
    Delivery marker(SnapshotTask task) {
        SnapshotTask.Group group = task.group;
        long at = group.sequence == Long.MAX_VALUE ? sequence : group.sequence;
        String json = "{\"count\":" + group.count + ",\"sequence\":" + at + "}";
        Subscription subscription = task.subscription;
        int[] ids = subscription.identifier > 0 ? new int[] {subscription.identifier} : Delivery.NO_IDS;
        Message message = Message.event(
                subscription.filter.filter(), json.getBytes(StandardCharsets.UTF_8), 0, false, ValueProperties.NONE, 0);
        return new Delivery(message, 0, false, ids, 0, null);
    }
}
