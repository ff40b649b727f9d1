package io.bookshelf.broker.session;

import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.store.SessionChange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** SUBSCRIBE and UNSUBSCRIBE, as far as sessions are concerned: what is durable first, and when snapshots begin. */
public final class SubscriptionChanges {
    private final SessionContext context;
    private final Router router;

    SubscriptionChanges(SessionContext context, Router router) {
        this.context = context;
        this.router = router;
    }

    /** One filter of a SUBSCRIBE, checked and allowed. */
    public record Wanted(TopicFilter filter, int options, int identifier) {}

    /**
     * Adds subscriptions and, once they are durable, starts their snapshots.
     *
     * @param acknowledge called before anything is delivered for them, or with why they were refused
     */
    public void subscribe(Session session, List<Wanted> wanted, Consumer<@Nullable String> acknowledge) {
        List<Subscription> subscriptions = new ArrayList<>();
        List<Subscription> snapshots = new ArrayList<>();
        for (Wanted each : wanted) {
            Subscription subscription = new Subscription(
                    session,
                    each.filter(),
                    Subscription.Options.of(each.options()),
                    each.identifier(),
                    session.subscriptions().nextOrder());
            subscriptions.add(subscription);
            // As if they had come one by one: what one before is owed is this one's, which replaces it.
            boolean replaces = snapshots.removeIf(earlier -> earlier.filter.equals(each.filter()));
            if (replaces || wantsSnapshot(session, subscription)) {
                snapshots.add(subscription);
            }
        }
        List<SessionChange> changes = session.durable()
                ? subscriptions.stream()
                        .<SessionChange>map(subscription -> stored(subscription, snapshots.contains(subscription)))
                        .toList()
                : List.of();
        List<String> filters = wanted.stream().map(each -> each.filter().text()).toList();
        session.subscriptions().changing(filters);
        Changes.whenSaved(context, changes, refusal -> {
            session.subscriptions().changed(filters);
            if (refusal == null && !session.ended()) {
                for (Subscription subscription : subscriptions) {
                    boolean isNew = isNewAfterAll(session, subscription);
                    boolean owed = replace(session, subscription) || isNew;
                    if (owed && snapshots.stream().noneMatch(each -> each.filter.equals(subscription.filter))) {
                        snapshots.add(subscription);
                        session.subscriptions().save(subscription, true);
                    }
                }
                // A marker stays behind those that it speaks of.
                snapshots.sort(Comparator.comparingInt(subscriptions::indexOf));
                SnapshotTask.Group group = new SnapshotTask.Group();
                for (Subscription subscription : snapshots) {
                    session.subscriptions().owe(subscription);
                    if (session.delivering()) {
                        session.outbox().addSnapshot(new SnapshotTask(subscription, group));
                    }
                }
            }
            session.subscriptions().settle(filters);
            acknowledge.accept(refusal);
            session.roomAgain();
        });
    }

    /** An UNSUBSCRIBE that was under way when this one came has been done by now. */
    private static boolean isNewAfterAll(Session session, Subscription subscription) {
        return session.subscriptions().get(subscription.filter.text()) == null
                && subscription.filter.group() == null
                && subscription.options.retainHandling() == 1;
    }

    private static boolean wantsSnapshot(Session session, Subscription subscription) {
        Subscription before = session.subscriptions().get(subscription.filter.text());
        int handling = subscription.options.retainHandling();
        return subscription.filter.group() == null
                && (handling == 0
                        || handling == 1 && before == null
                        || session.subscriptions().owes(before));
    }

    /** Returns whether a snapshot was under way: changes that it was to meet have been let go by, so it begins again. */
    private boolean replace(Session session, Subscription subscription) {
        boolean owed = session.subscriptions().owes(session.subscriptions().get(subscription.filter.text()));
        Subscription before = session.subscriptions().remove(subscription.filter.text());
        if (before != null) {
            router.remove(before);
        }
        session.subscriptions().add(subscription);
        router.add(subscription);
        return owed;
    }

    static SessionChange stored(Subscription subscription, boolean snapshotPending) {
        return new SessionChange.Subscribe(
                subscription.session.clientId(),
                subscription.filter.text(),
                subscription.options.bits(),
                subscription.identifier,
                snapshotPending,
                subscription.order);
    }

    /**
     * Removes subscriptions.
     *
     * @param acknowledge called when that is durable, with which of the filters there was a subscription for
     */
    public void unsubscribe(Session session, List<String> filters, Consumer<List<Boolean>> acknowledge) {
        List<SessionChange> changes = session.durable()
                ? filters.stream()
                        .<SessionChange>map(filter -> new SessionChange.Unsubscribe(session.clientId(), filter))
                        .toList()
                : List.of();
        // Only then: a SUBSCRIBE that was sent before it may still be on its way to the disk.
        session.subscriptions().changing(filters);
        Changes.whenSaved(context, changes, refusal -> {
            session.subscriptions().changed(filters);
            if (refusal != null) {
                // There is no UNSUBACK that could say so to all clients.
                session.close(ClientLink.CloseReason.NO_ROOM);
                return;
            }
            List<Boolean> existed = new ArrayList<>();
            for (String filter : filters) {
                Subscription removed =
                        session.ended() ? null : session.subscriptions().remove(filter);
                existed.add(removed != null);
                if (removed != null) {
                    router.remove(removed);
                }
            }
            session.subscriptions().settle(filters);
            acknowledge.accept(existed);
        });
    }

    /** Takes the memory for a subscription that is wanted; false if there is none. */
    public static boolean mayHold(Session session, Wanted wanted) {
        return session.subscriptions().pay(wanted.filter().text());
    }

    /** These are not wanted after all. */
    public static void abandon(Session session, List<Wanted> wanted) {
        session.subscriptions()
                .settle(wanted.stream().map(each -> each.filter().text()).toList());
    }

    /** How many subscriptions the session would have with these filters too. */
    public static int subscriptionsWith(Session session, List<Wanted> wanted) {
        return session.subscriptions().all().size()
                + (int) wanted.stream()
                        .filter(each ->
                                session.subscriptions().get(each.filter().text()) == null)
                        .count();
    }
}
