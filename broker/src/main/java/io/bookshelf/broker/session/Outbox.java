package io.bookshelf.broker.session;

import io.bookshelf.broker.session.SnapshotTask.Step;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.StoreReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What goes out to one session's connection, in order.
 *
 * <p>It is <em>live</em> while the connection keeps up: each routed message goes straight into the socket, or into a short
 * backlog. When the backlog is full, or a snapshot is wanted, it becomes a <em>cursor</em>: routed writes are let go by, and
 * read back from the store, page by page, as the connection makes room: the newest value of each key that changed. So memory
 * is bounded whatever a client does, and the last value always arrives.
 *
 * <p>Never an older value after a newer one: one read at a time, its whole result queued before the next one starts, each read
 * of a later state than the one before. Never a gap: it is live again only when a page has come to the end of the changes and
 * everything routed since that read began has been queued behind it.
 */
final class Outbox {
    private static final int PAGE_ROWS = 512;
    private static final int PAGE_BYTES = 256 * 1024;
    // A page is read while the one before it is sent.
    private static final int READ_BELOW = 64;
    private static final int LIVE_BACKLOG = 1_024;
    private static final long LIVE_BACKLOG_BYTES = 512 * 1024;
    private static final int TAIL = 512;
    private static final long TAIL_BYTES = 512 * 1024;

    private final Session session;
    private final SessionContext context;
    private final Router router;
    private final ArrayDeque<BacklogItem> backlog = new ArrayDeque<>();
    private final ArrayDeque<SnapshotTask> snapshots = new ArrayDeque<>();
    private final Match match = new Match();
    private long backlogBytes;
    private int changesInBacklog;

    /** Changes up to this sequence are in the backlog or behind it; meaningful while not live. */
    private long position;

    /** The last change that left the backlog. */
    private long handed;

    private boolean live;
    private boolean reading;
    private boolean lastReadWasSnapshot;

    /** What was routed since the running read of changes began; null when it is not to be kept, or was too much. */
    private @Nullable List<Delivery> tail;

    private long tailBytes;

    /** Grows when the connection goes, so that what was read for the old one is let go. */
    private int generation;

    private boolean open;

    Outbox(Session session, SessionContext context, Router router) {
        this.session = session;
        this.context = context;
        this.router = router;
    }

    /** A connection for a new session: everything from now on. */
    void openNew() {
        open = true;
        live = true;
        position = router.sequence();
        handed = position;
    }

    /** A connection for a session that was away: everything since its cursor. */
    void openAt(long cursor) {
        open = true;
        live = false;
        position = cursor;
        handed = cursor;
    }

    /** The connection is gone; what was not sent is forgotten, or goes back to the session's events. */
    void close() {
        long cursor = cursor();
        open = false;
        live = false;
        reading = false;
        tail = null;
        generation++;
        position = cursor;
        handed = cursor;
        List<QueuedEvent> unsent = new ArrayList<>();
        for (BacklogItem item : backlog) {
            if (item instanceof Delivery delivery && delivery.event() != null) {
                unsent.addFirst(delivery.event());
            }
        }
        unsent.forEach(session.events()::putBack);
        backlog.clear();
        backlogBytes = 0;
        changesInBacklog = 0;
        snapshots.clear();
    }

    /** Stored changes up to this sequence need not be read again for this session. */
    long cursor() {
        if (changesInBacklog > 0) {
            return handed;
        }
        return live ? Math.max(position, router.sequence()) : position;
    }

    /** Wants a snapshot delivered behind those already wanted; without a connection it waits for the next one. */
    void addSnapshot(SnapshotTask task) {
        if (!open) {
            return;
        }
        if (live) {
            live = false;
            position = Math.max(position, router.sequence());
        }
        task.subscription.snapshot = task;
        snapshots.add(task);
    }

    /** A stored write has been routed and matches. */
    void offer(Delivery delivery) {
        if (!open) {
            return;
        }
        if (live) {
            offerLive(delivery);
        } else if (tail != null) {
            tail.add(delivery);
            tailBytes += delivery.message().weight();
            if (tail.size() > TAIL || tailBytes > TAIL_BYTES) {
                tail = null;
            }
        }
    }

    private void offerLive(Delivery delivery) {
        if (backlog.isEmpty() && mayTake(delivery)) {
            send(delivery);
        } else if (backlogHasRoom()) {
            enqueue(delivery);
        } else {
            live = false;
            position = delivery.change() - 1;
            context.counters().subscribersLagged.increment();
        }
    }

    /** An event has been routed and matches; it goes behind every write routed so far. */
    void offerEvent(QueuedEvent event) {
        Message message = event.message;
        if (open && live && message != null && session.events().isEmpty()) {
            Delivery delivery = event.delivery(message);
            if (backlog.isEmpty() && mayTake(delivery)) {
                send(delivery);
                return;
            }
            if (backlogHasRoom()) {
                enqueue(delivery);
                return;
            }
            live = false;
            position = Math.max(position, event.afterSequence);
            context.counters().subscribersLagged.increment();
        }
        session.events().add(event);
    }

    private boolean backlogHasRoom() {
        return backlog.size() < LIVE_BACKLOG && backlogBytes < LIVE_BACKLOG_BYTES;
    }

    /** Sends what there is room for, and reads on. */
    void pump() {
        if (!open) {
            return;
        }
        BacklogItem item;
        while ((item = backlog.peek()) != null) {
            if (item instanceof Delivery delivery && !mayTake(delivery)) {
                return;
            }
            backlog.poll();
            switch (item) {
                case Delivery delivery -> {
                    backlogBytes -= delivery.message().weight();
                    if (delivery.change() > 0) {
                        changesInBacklog--;
                    }
                    send(delivery);
                }
                case BacklogItem.SnapshotDone done -> session.subscriptions().snapshotDelivered(done.task());
            }
            readOn();
        }
        readOn();
    }

    private boolean mayTake(Delivery delivery) {
        return session.mayTake(delivery.qos());
    }

    private void send(Delivery delivery) {
        session.send(delivery);
        if (delivery.change() > 0) {
            handed = delivery.change();
        }
    }

    private void enqueue(BacklogItem item) {
        backlog.add(item);
        if (item instanceof Delivery delivery) {
            backlogBytes += delivery.message().weight();
            if (delivery.change() > 0) {
                changesInBacklog++;
            }
        }
    }

    private void readOn() {
        while (!reading && !live && backlog.size() < READ_BELOW && backlogBytes < PAGE_BYTES) {
            SnapshotTask task = snapshots.peek();
            if (task != null && !task.subscription.active) {
                snapshots.poll();
            } else if (task == null || lastReadWasSnapshot && router.sequence() > position) {
                readChanges();
            } else if (task.isMarker() || task.isSystem()) {
                fromMemory(task);
            } else {
                readSnapshot(task);
            }
        }
    }

    private void fromMemory(SnapshotTask task) {
        snapshots.poll();
        if (task.isMarker()) {
            enqueue(router.marker(task));
        } else {
            for (Message message : context.system().matching(task.subscription)) {
                task.group.count++;
                enqueue(snapshotDelivery(task, message));
            }
        }
        finish(task);
    }

    private void readSnapshot(SnapshotTask task) {
        lastReadWasSnapshot = true;
        long now = context.wall().expiryMillis();
        var filter = task.subscription.filter;
        var from = task.scanned();
        read(reader -> SnapshotTask.read(reader, filter, from, now, PAGE_ROWS, PAGE_BYTES), Step::sequence, step -> {
            for (Entry entry : step.entries()) {
                enqueue(snapshotDelivery(task, Message.of(entry)));
            }
            if (task.advance(step)) {
                snapshots.remove(task);
                finish(task);
            }
        });
    }

    private void finish(SnapshotTask task) {
        task.subscription.snapshot = null;
        enqueue(new BacklogItem.SnapshotDone(task));
    }

    private static Delivery snapshotDelivery(SnapshotTask task, Message message) {
        Subscription subscription = task.subscription;
        int[] ids = subscription.identifier > 0 ? new int[] {subscription.identifier} : Delivery.NO_IDS;
        return new Delivery(message, Math.min(message.qos(), subscription.options.qos()), true, ids, 0, null);
    }

    private void readChanges() {
        lastReadWasSnapshot = false;
        tail = snapshots.isEmpty() ? new ArrayList<>() : null;
        tailBytes = 0;
        long after = position;
        long now = context.wall().expiryMillis();
        read(
                reader -> reader.changesAfter(after, now, PAGE_ROWS, PAGE_BYTES),
                StoreReader.Page::sequence,
                this::takeChanges);
    }

    private void takeChanges(StoreReader.Page<Long> page) {
        for (Entry entry : page.entries()) {
            takeEventsThrough(entry.sequence() - 1);
            if (session.subscriptions().match(entry, match)) {
                enqueue(match.change(Message.of(entry)));
            }
        }
        Long next = page.next();
        position = next != null ? next : Math.max(position, page.sequence());
        takeEventsThrough(position);
        List<Delivery> routedSince = tail;
        tail = null;
        boolean complete = next == null && snapshots.isEmpty();
        if (complete && routedSince != null) {
            for (Delivery delivery : routedSince) {
                if (delivery.change() > position) {
                    takeEventsThrough(delivery.change() - 1);
                    enqueue(delivery);
                }
            }
            live = true;
            takeEventsThrough(Long.MAX_VALUE);
        }
    }

    private void takeEventsThrough(long sequence) {
        QueuedEvent event;
        while ((event = session.events().pollThrough(sequence)) != null) {
            Message message = event.message;
            if (message != null) {
                enqueue(event.delivery(message));
            }
        }
    }

    private <T> void read(Function<StoreReader, T> job, ToLongFunction<T> readAt, Consumer<T> then) {
        reading = true;
        int expected = generation;
        context.reads()
                .read(
                        job,
                        // A commit that was read may not have been routed: its events belong before its later writes.
                        result -> router.whenRouted(readAt.applyAsLong(result), () -> {
                            if (generation == expected) {
                                reading = false;
                                then.accept(result);
                                pump();
                            }
                        }),
                        failure -> {
                            if (generation == expected) {
                                session.storeFailed(failure);
                            }
                        });
    }
}
