package io.bookshelf.broker.session;

import io.bookshelf.broker.config.BrokerConfig.Limits;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The events that wait for a session, bounded in number, size and age: the oldest goes first. */
final class EventQueue {
    private final ArrayDeque<QueuedEvent> waiting = new ArrayDeque<>();
    private final Limits limits;
    private final Consumer<QueuedEvent> dropped;
    private long weight;

    EventQueue(Limits limits, Consumer<QueuedEvent> dropped) {
        this.limits = limits;
        this.dropped = dropped;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    void add(QueuedEvent event) {
        waiting.addLast(event);
        weight += event.weight;
        while (waiting.size() > limits.queuedEvents() || weight > limits.queuedBytes() && waiting.size() > 1) {
            drop(waiting.getFirst());
        }
    }

    /** Puts back what was taken but not sent. */
    void putBack(QueuedEvent event) {
        waiting.addFirst(event);
        weight += event.weight;
    }

    /** The connection is gone: events that are only in memory end, the payloads of the others leave it. */
    void keepStoredOnly() {
        waiting.removeIf(event -> event.number == 0);
        weight = 0;
        for (QueuedEvent event : waiting) {
            event.message = null;
            weight += event.weight;
        }
    }

    /** Drops what has waited too long. */
    void dropOlderThan(long queuedBeforeMillis) {
        while (!waiting.isEmpty() && waiting.getFirst().queuedAt < queuedBeforeMillis) {
            drop(waiting.getFirst());
        }
    }

    private void drop(QueuedEvent event) {
        waiting.removeFirst();
        weight -= event.weight;
        dropped.accept(event);
    }

    /** The first, if it belongs behind stored writes up to {@code sequence} at most. */
    @Nullable
    QueuedEvent pollThrough(long sequence) {
        QueuedEvent first = waiting.peekFirst();
        if (first == null || first.afterSequence > sequence) {
            return null;
        }
        waiting.removeFirst();
        weight -= first.weight;
        return first;
    }

    Iterable<QueuedEvent> all() {
        return waiting;
    }
}
