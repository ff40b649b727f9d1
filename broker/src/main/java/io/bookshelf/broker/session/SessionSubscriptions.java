package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.topic.SubscriptionTree;
import io.bookshelf.schema.Entry;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The subscriptions of one session, and the snapshots that they are still owed. */
final class SessionSubscriptions {
    private final Session session;
    private final Map<String, Subscription> byFilter = new LinkedHashMap<>();
    private final SubscriptionTree<Subscription> tree = new SubscriptionTree<>();

    /** Subscriptions whose snapshot has not been delivered in full, in their order. */
    private final Set<Subscription> owed = new LinkedHashSet<>();

    /** Filters whose subscriptions are changing in the store, and how many such changes are on their way. */
    private final Map<String, Integer> changing = new HashMap<>();

    /** Filters for which memory is held: of subscriptions that are here, and of those on their way to the store. */
    private final Set<String> paid = new HashSet<>();

    private long lastOrder;
    private int noLocal;

    SessionSubscriptions(Session session) {
        this.session = session;
    }

    Collection<Subscription> all() {
        return byFilter.values();
    }

    /** True if one of them asks not to be sent the session's own writes. */
    boolean wantNoLocal() {
        return noLocal > 0;
    }

    @Nullable
    Subscription get(String filter) {
        return byFilter.get(filter);
    }

    /** Takes the memory for one, if it is not held yet. */
    boolean pay(String filter) {
        if (paid.contains(filter)) {
            return true;
        }
        if (!session.memory().take(Kind.SUBSCRIPTION, Cost.subscription(filter)).granted()) return false;
        paid.add(filter);
        return true;
    }

    /** Gives back the memory of those that are neither here nor on their way. */
    void settle(List<String> filters) {
        for (String filter : filters) {
            if (!byFilter.containsKey(filter) && !changing.containsKey(filter) && paid.remove(filter)) {
                session.memory().give(Kind.SUBSCRIPTION, Cost.subscription(filter));
            }
        }
    }

    long nextOrder() {
        return ++lastOrder;
    }

    void add(Subscription subscription) {
        byFilter.put(subscription.filter.text(), subscription);
        lastOrder = Math.max(lastOrder, subscription.order);
        if (subscription.options.noLocal()) {
            noLocal++;
        }
        if (subscription.filter.group() == null) {
            tree.add(subscription.filter.filter(), subscription);
        }
    }

    @Nullable
    Subscription remove(String filter) {
        Subscription removed = byFilter.remove(filter);
        if (removed != null) {
            removed.active = false;
            removed.snapshot = null;
            owed.remove(removed);
            if (removed.options.noLocal()) {
                noLocal--;
            }
            tree.remove(removed.filter.filter(), removed);
        }
        return removed;
    }

    /** Does a stored change that was read back concern this session? Fills {@code match}. */
    boolean match(Entry entry, Match match) {
        match.clear();
        boolean own = !entry.properties().writerClient().isEmpty()
                && entry.properties().writerClient().equals(session.clientId());
        boolean scanWillMeetIt = !entry.deleted() && entry.expiresAt() == 0;
        tree.match(entry.key().name(), subscription -> {
            SnapshotTask snapshot = subscription.snapshot;
            boolean ahead = scanWillMeetIt && snapshot != null && snapshot.aheadOfScan(entry.key());
            if (!ahead && !(own && subscription.options.noLocal())) {
                match.add(subscription);
            }
        });
        return match.any();
    }

    /** The snapshot of the subscription has still to be delivered. */
    void owe(Subscription subscription) {
        owed.add(subscription);
    }

    boolean owes(@Nullable Subscription subscription) {
        return subscription != null && owed.contains(subscription);
    }

    /** Starts the snapshots that are owed, anew and as one group. */
    void startOwedSnapshots() {
        SnapshotTask.Group group = new SnapshotTask.Group();
        owed.forEach(subscription -> session.outbox().addSnapshot(new SnapshotTask(subscription, group)));
    }

    /** A snapshot has been handed to the connection; where a marker is to follow, it is owed until that is. */
    void snapshotDelivered(SnapshotTask task) {
        SnapshotTask.Group group = task.group;
        group.unmarked.add(task.subscription);
        if (task.isMarker()) {
            group.markersToCome--;
        } else if (group.markersToCome > 0) {
            return;
        }
        for (Subscription subscription : group.unmarked) {
            if (owed.remove(subscription)) {
                save(subscription, false);
            }
        }
        group.unmarked.clear();
    }

    /** Saves a subscription again, unless a later change of it is on its way to the store. */
    void save(Subscription subscription, boolean snapshotPending) {
        if (session.durable() && !changing.containsKey(subscription.filter.text())) {
            session.changes().record(SubscriptionChanges.stored(subscription, snapshotPending));
        }
    }

    /** The subscriptions with these filters are about to change in the store. */
    void changing(List<String> filters) {
        // What was saved of them before goes there before.
        session.changes().flush();
        filters.forEach(filter -> changing.merge(filter, 1, Integer::sum));
    }

    void changed(List<String> filters) {
        filters.forEach(filter -> changing.computeIfPresent(filter, (text, times) -> times == 1 ? null : times - 1));
    }
}
