package io.bookshelf.broker.session;

import org.jspecify.annotations.Nullable;

/** An event that waits for a session. Where it is stored, its message is on the heap only when its turn comes. */
final class QueuedEvent {
    /** Its number in the file, 0 if it is only in memory. */
    final long number;

    /** It comes behind stored writes up to this sequence. */
    final long afterSequence;

    final int weight;
    final int qos;
    final boolean retain;
    final int[] subscriptionIds;
    long queuedAt;

    @Nullable
    Message message;

    /** What of it the memory budget accounts as being in memory only. */
    @Nullable
    Message held;

    /** True once its payload was looked for in the store. */
    boolean read;

    QueuedEvent(
            long number,
            long afterSequence,
            int weight,
            int qos,
            boolean retain,
            int[] subscriptionIds,
            long queuedAt,
            @Nullable Message message) {
        this.number = number;
        this.afterSequence = afterSequence;
        this.weight = weight;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIds = subscriptionIds;
        this.queuedAt = queuedAt;
        this.message = message;
    }

    /** The same, in its place behind what was committed up to {@code sequence}. */
    QueuedEvent behind(long sequence, boolean keepMessage) {
        return new QueuedEvent(
                number, sequence, weight, qos, retain, subscriptionIds, queuedAt, keepMessage ? message : null);
    }

    Delivery delivery(Message loaded) {
        return new Delivery(loaded, qos, retain, subscriptionIds, 0, this);
    }
}
