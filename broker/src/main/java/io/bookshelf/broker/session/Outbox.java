package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.session.SnapshotTask.Step;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToLongFunction;

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
    private static final int LEAST_PAGE_BYTES = 16 * 1024;
    // A page is this part of the memory budget.
    private static final int PAGES = 256;
    private static final int STALLED_SECONDS = 3;
    private static final int LEAST_READERS = 8;
    private static final int PROPERTIES_BYTES = 32 * 1024;
    // A page is read while the one before it is sent.
    private static final int READ_BELOW = 64;

    private final Session session;
    private final SessionContext context;
    private final Router router;
    private final ArrayDeque<SnapshotTask> snapshots = new ArrayDeque<>();
    private final Match match = new Match();
    private final DeliveryRoom room;
    private final Backlog backlog;
    private final Tail tail;
    private final int pageBytes;
    private final long reserve;

    /** Changes up to this sequence are in the backlog or behind it; meaningful while not live. */
    private long position;

    /** The last change that left the backlog. */
    private long handed;

    private boolean live;
    private boolean reading;
    private boolean lastReadWasSnapshot;

    /** Grows when the connection goes, so that what was read for the old one is let go. */
    private int generation;

    private boolean open;
    private long sent;
    private long sentBefore;
    private int quiet;

    Outbox(Session session, SessionContext context, Router router) {
        this.session = session;
        this.room = new DeliveryRoom(session.memory());
        this.backlog = new Backlog(room);
        this.tail = new Tail(room);
        // A page of changes or of a snapshot, with the value that it ends with.
        this.pageBytes = (int) Math.clamp(context.budget().total() / PAGES, LEAST_PAGE_BYTES, PAGE_BYTES);
        // No more than anybody gets, however large values may be.
        long most = context.budget().most(Kind.DELIVERY) / LEAST_READERS;
        this.reserve = Math.min(pageBytes + context.limits().valueBytes() + PROPERTIES_BYTES, most);
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
        tail.forget();
        generation++;
        position = cursor;
        handed = cursor;
        List<QueuedEvent> unsent = backlog.clear();
        room.clear();
        unsent.forEach(session.events()::putBack);
        snapshots.clear();
    }

    /** Asked once a second: true if something waits and nothing has left since it was asked the last few times. */
    boolean stalled() {
        quiet = backlog.isEmpty() || sent != sentBefore ? 0 : quiet + 1;
        sentBefore = sent;
        return quiet >= STALLED_SECONDS;
    }

    /** Stored changes up to this sequence need not be read again for this session. */
    long cursor() {
        if (backlog.hasChanges()) {
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
        } else {
            tail.add(delivery);
        }
    }

    private void offerLive(Delivery delivery) {
        if (backlog.isEmpty() && mayTake(delivery)) {
            send(delivery);
        } else if (backlog.takeRoom(delivery.message())) {
            backlog.add(delivery);
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
            if (backlog.takeRoom(message)) {
                backlog.add(delivery);
                return;
            }
            live = false;
            position = Math.max(position, event.afterSequence);
            context.counters().subscribersLagged.increment();
        }
        session.events().add(event);
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
                case Delivery delivery -> send(delivery);
                case BacklogItem.SnapshotDone done -> session.subscriptions().snapshotDelivered(done.task());
            }
            readOn();
        }
        readOn();
        if (backlog.isEmpty() && !reading) {
            room.give(Long.MAX_VALUE);
        }
    }

    private boolean mayTake(Delivery delivery) {
        return session.mayTake(delivery.qos());
    }

    private void send(Delivery delivery) {
        session.send(delivery);
        sent++;
        if (delivery.change() > 0) {
            handed = delivery.change();
        }
    }

    private void readOn() {
        while (!reading
                && !live
                && session.linkHasRoom()
                && backlog.size() < READ_BELOW
                && backlog.bytes() < pageBytes) {
            SnapshotTask task = snapshots.peek();
            if (task != null && !task.subscription.active) {
                snapshots.poll();
            } else if (task == null || lastReadWasSnapshot && router.sequence() > position) {
                readChanges();
            } else if (task.isMarker() || task.isSystem()) {
                reserve(() -> {
                    long before = backlog.bytes();
                    fromMemory(task);
                    reading = false;
                    keep(backlog.bytes() - before);
                });
            } else {
                readSnapshot(task);
            }
        }
    }

    private void fromMemory(SnapshotTask task) {
        snapshots.poll();
        if (task.isMarker()) {
            backlog.add(router.marker(task));
        } else {
            for (Message message : context.system().matching(task.subscription)) {
                task.group.count++;
                backlog.add(snapshotDelivery(task, message));
            }
        }
        finish(task);
    }

    private void readSnapshot(SnapshotTask task) {
        lastReadWasSnapshot = true;
        long now = context.wall().expiryMillis();
        var filter = task.subscription.filter;
        var from = task.scanned();
        read(reader -> SnapshotTask.read(reader, filter, from, now, PAGE_ROWS, pageBytes), Step::sequence, step -> {
            for (Entry entry : step.entries()) {
                backlog.add(snapshotDelivery(task, Message.of(entry)));
            }
            if (task.advance(step)) {
                snapshots.remove(task);
                finish(task);
            }
        });
    }

    private void finish(SnapshotTask task) {
        task.subscription.snapshot = null;
        backlog.add(new BacklogItem.SnapshotDone(task));
    }

    private static Delivery snapshotDelivery(SnapshotTask task, Message message) {
        Subscription subscription = task.subscription;
        int[] ids = subscription.identifier > 0 ? new int[] {subscription.identifier} : Delivery.NO_IDS;
        return new Delivery(message, Math.min(message.qos(), subscription.options.qos()), true, ids, 0, null);
    }

    /** A page of changes, and what the events that come first carry. */
    private record Changes(StoreReader.Page<Long> page, Map<Long, SessionChange.QueuedEvent> events) {}

    private void readChanges() {
        lastReadWasSnapshot = false;
        long after = position;
        long now = context.wall().expiryMillis();
        List<QueuedEvent> unread = session.events().unread(pageBytes / 2);
        read(
                reader -> new Changes(
                        reader.changesAfter(after, now, PAGE_ROWS, pageBytes),
                        Resumption.events(reader, session.clientId(), unread)),
                changes -> changes.page().sequence(),
                changes -> {
                    Resumption.take(unread, changes.events());
                    takeChanges(changes.page());
                });
        if (reading && snapshots.isEmpty()) {
            tail.begin();
        }
    }

    private void takeChanges(StoreReader.Page<Long> page) {
        long full = backlog.bytes() + pageBytes;
        for (Entry entry : page.entries()) {
            if (!takeEventsThrough(entry.sequence() - 1, full) || backlog.bytes() > full) {
                // The rest is read again behind what waits.
                position = Math.max(position, entry.sequence() - 1);
                tail.forget();
                return;
            }
            if (session.subscriptions().match(entry, match)) {
                backlog.add(match.change(Message.of(entry)));
            }
        }
        Long next = page.next();
        position = next != null ? next : Math.max(position, page.sequence());
        boolean complete = takeEventsThrough(position, full) && next == null && snapshots.isEmpty();
        List<Delivery> routedSince = complete && session.events().fit(full - backlog.bytes()) ? tail.take() : null;
        if (routedSince != null) {
            for (Delivery delivery : routedSince) {
                if (delivery.change() > position) {
                    takeEventsThrough(delivery.change() - 1, Long.MAX_VALUE);
                    backlog.add(delivery);
                }
            }
            live = true;
            takeEventsThrough(Long.MAX_VALUE, Long.MAX_VALUE);
        } else {
            tail.forget();
        }
    }

    /** Takes events in front of what comes behind a sequence; false if some are left that have not been read or are too much. */
    private boolean takeEventsThrough(long sequence, long full) {
        QueuedEvent event;
        while ((event = session.events().peekThrough(sequence)) != null) {
            Message message = event.message;
            if (message == null && !event.read || backlog.bytes() > full) {
                return false;
            }
            session.events().poll();
            if (message != null) {
                backlog.add(event.delivery(message));
            }
        }
        return true;
    }

    /** Runs something, now or later, once there is memory for a page. */
    private void reserve(Runnable then) {
        reading = true;
        int expected = generation;
        boolean[] now = {true};
        room.takeOrWait(reserve, () -> {
            if (generation == expected) {
                then.run();
                if (!now[0]) {
                    pump();
                }
            }
        });
        now[0] = false;
    }

    /** Of what was reserved for a page, only what it holds is kept. */
    private void keep(long bytes) {
        room.give(reserve - Math.min(reserve, bytes));
    }

    private <T> void read(Function<StoreReader, T> job, ToLongFunction<T> readAt, Consumer<T> then) {
        int expected = generation;
        reserve(() -> context.reads()
                .read(
                        job,
                        // A commit that was read may not have been routed: its events belong before its later writes.
                        result -> router.whenRouted(readAt.applyAsLong(result), () -> {
                            if (generation == expected) {
                                reading = false;
                                long before = backlog.bytes();
                                long tailBefore = tail.bytes();
                                then.accept(result);
                                keep(backlog.bytes() - before - (live ? tailBefore : 0));
                                pump();
                            }
                        }),
                        failure -> {
                            if (generation == expected) {
                                session.storeFailed(failure);
                            }
                        }));
    }
}
