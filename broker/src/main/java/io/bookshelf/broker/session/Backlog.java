package io.bookshelf.broker.session;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an outbox has in memory for its connection, in order; what it holds is accounted by the {@link DeliveryRoom}. */
final class Backlog {
    private static final int LIVE = 1_024;
    private static final long LIVE_BYTES = 512 * 1024;

    private final ArrayDeque<BacklogItem> items = new ArrayDeque<>();
    private final DeliveryRoom room;
    private long bytes;
    private int changes;

    Backlog(DeliveryRoom room) {
        this.room = room;
    }

    boolean isEmpty() {
        return items.isEmpty();
    }

    int size() {
        return items.size();
    }

    long bytes() {
        return bytes;
    }

    /** True if a stored write waits in it. */
    boolean hasChanges() {
        return changes > 0;
    }

    /** Takes room for a delivery of a live connection; false if there is none. */
    boolean takeRoom(Message message) {
        return items.size() < LIVE && bytes < LIVE_BYTES && room.take(message.weight());
    }

    /** Adds what room was taken or reserved for. */
    void add(BacklogItem item) {
        items.add(item);
        if (item instanceof Delivery delivery) {
            bytes += delivery.message().weight();
            if (delivery.change() > 0) {
                changes++;
            }
        }
    }

    @Nullable
    BacklogItem peek() {
        return items.peek();
    }

    void poll() {
        if (items.poll() instanceof Delivery delivery) {
            bytes -= delivery.message().weight();
            room.give(delivery.message().weight());
            if (delivery.change() > 0) {
                changes--;
            }
        }
    }

    /** Forgets all; returns the events in it, the last first. */
    List<QueuedEvent> clear() {
        List<QueuedEvent> events = new ArrayList<>();
        for (BacklogItem item : items) {
            if (item instanceof Delivery delivery && delivery.event() != null) {
                events.addFirst(delivery.event());
            }
        }
        items.clear();
        bytes = 0;
        changes = 0;
        return events;
    }
}
