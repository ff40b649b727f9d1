package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryHolder;
import io.bookshelf.broker.budget.Tier;
import io.bookshelf.broker.budget.Verdict;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The events that wait for a session, bounded in number, size and age: the oldest goes first. Where the memory budget is used
 * up it is the oldest of the longest queue of all, or of this one where that is over its own quota. Payloads that are in the
 * store are read when their turn comes.
 */
final class EventQueue {
    /** Others lose no more events for one; where that is not enough, this queue does. */
    private static final int MOST_OF_OTHERS = 3;

    private final ArrayDeque<QueuedEvent> waiting = new ArrayDeque<>();
    private final Limits limits;
    private final MemoryHolder memory;
    private final SharedPayloads payloads;
    private final Consumer<QueuedEvent> dropped;
    private long weight;
    private boolean overQuota;

    EventQueue(Limits limits, MemoryHolder memory, SharedPayloads payloads, Consumer<QueuedEvent> dropped) {
        this.limits = limits;
        this.memory = memory;
        this.payloads = payloads;
        this.dropped = dropped;
        payloads.add(this);
    }

    Tier tier() {
        return memory.owner().tier();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    void add(QueuedEvent event) {
        if (!holdInsteadOfOthers(event)) {
            return;
        }
        waiting.addLast(event);
        weight += event.weight;
        while (waiting.size() > limits.queuedEvents() || weight > limits.queuedBytes() && waiting.size() > 1) {
            drop(waiting.getFirst());
        }
    }

    /** Where there is no room the oldest of the longest queue go; false if the event itself had to. */
    private boolean holdInsteadOfOthers(QueuedEvent event) {
        leaveInStore(event);
        for (int tries = 0; !hold(event); tries++) {
            EventQueue longest = tries < MOST_OF_OTHERS && !overQuota ? payloads.longest(tier()) : this;
            if (longest == null || longest.isEmpty()) {
                dropped.accept(event);
                return false;
            }
            longest.drop(longest.waiting.getFirst());
        }
        return true;
    }

    /** Takes one back from the store; false if there is no memory for it. */
    boolean restore(QueuedEvent event) {
        if (!hold(event)) {
            return false;
        }
        waiting.addLast(event);
        weight += event.weight;
        return true;
    }

    /** Puts back what was taken but not sent. */
    void putBack(QueuedEvent event) {
        if (!holdInsteadOfOthers(event)) {
            return;
        }
        waiting.addFirst(event);
        weight += event.weight;
    }

    private boolean hold(QueuedEvent event) {
        long stub = Cost.event(event.subscriptionIds.length);
        Verdict verdict = memory.takeIfFree(Kind.EVENT, stub);
        overQuota = verdict == Verdict.QUOTA_EXCEEDED;
        if (!verdict.granted()) return false;
        Message message = event.message;
        if (message != null && !payloads.hold(message)) {
            memory.give(Kind.EVENT, stub);
            return false;
        }
        event.held = message;
        return true;
    }

    /** No longer in the queue. */
    private void release(QueuedEvent event) {
        weight -= event.weight;
        memory.give(Kind.EVENT, Cost.event(event.subscriptionIds.length));
        releasePayload(event);
    }

    private void releasePayload(QueuedEvent event) {
        Message held = event.held;
        if (held != null) {
            payloads.release(held);
            event.held = null;
        }
    }

    /** The connection is gone: events that are only in memory end, the payloads of the others leave it. */
    void keepStoredOnly() {
        List<QueuedEvent> all = List.copyOf(waiting);
        waiting.clear();
        for (QueuedEvent event : all) {
            if (event.number == 0) {
                release(event);
            } else {
                leaveInStore(event);
                waiting.add(event);
            }
        }
    }

    private static void leaveInStore(QueuedEvent event) {
        if (event.number > 0) {
            event.message = null;
            event.read = false;
        }
    }

    /** The session has ended. */
    void clear() {
        payloads.remove(this);
        waiting.forEach(this::releasePayload);
        waiting.clear();
        weight = 0;
    }

    /** Drops what has waited too long. */
    void dropOlderThan(long queuedBeforeMillis) {
        while (!waiting.isEmpty() && waiting.getFirst().queuedAt < queuedBeforeMillis) {
            drop(waiting.getFirst());
        }
    }

    private void drop(QueuedEvent event) {
        waiting.removeFirst();
        release(event);
        dropped.accept(event);
    }

    /** The first ones whose payloads have to be read, of about so many bytes, and at least one if there is any. */
    List<QueuedEvent> unread(long bytes) {
        List<QueuedEvent> found = new ArrayList<>();
        long sum = 0;
        for (QueuedEvent event : waiting) {
            if (sum >= bytes) {
                break;
            }
            sum += event.weight;
            if (event.message == null && !event.read) {
                found.add(event);
            }
        }
        return found;
    }

    /** True if all can be taken at once: their payloads have been read, and are no more than so many bytes. */
    boolean fit(long bytes) {
        return weight <= Math.max(0, bytes) && unread(Long.MAX_VALUE).isEmpty();
    }

    /** The first, if it belongs behind stored writes up to {@code sequence} at most. */
    @Nullable
    QueuedEvent peekThrough(long sequence) {
        QueuedEvent first = waiting.peekFirst();
        return first == null || first.afterSequence > sequence ? null : first;
    }

    /** Takes the first. */
    void poll() {
        release(waiting.removeFirst());
    }

    Iterable<QueuedEvent> all() {
        return waiting;
    }
}
