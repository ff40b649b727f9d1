package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.MemoryHolder;
import io.bookshelf.broker.budget.Tier;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Accounts the events that are only in memory: each once, however many sessions it waits for. Knows all queues, so that the
 * longest one gives way.
 */
final class SharedPayloads {
    private final MemoryHolder memory;

    private final Set<EventQueue> queues = new LinkedHashSet<>();

    SharedPayloads(MemoryBudget budget) {
        this.memory = budget.openShared();
    }

    /** A session has a queue. */
    void add(EventQueue queue) {
        queues.add(queue);
    }

    /** It has none any more. */
    void remove(EventQueue queue) {
        queues.remove(queue);
    }

    /** The longest queue of this tier and those before it; null if there is nothing in any. */
    @Nullable
    EventQueue longest(Tier tier) {
        EventQueue longest = null;
        for (EventQueue each : queues) {
            boolean mayLose = each.tier().compareTo(tier) <= 0;
            if (mayLose && each.size() > (longest == null ? 0 : longest.size())) {
                longest = each;
            }
        }
        return longest;
    }

    /** Wants to keep an event for one session more. */
    boolean hold(Message message) {
        if (message.holders == 0
                && !memory.takeIfFree(Kind.EVENT, message.weight()).granted()) return false;
        message.holders++;
        return true;
    }

    /** One session less keeps it. */
    void release(Message message) {
        message.holders--;
        if (message.holders == 0) {
            memory.give(Kind.EVENT, message.weight());
        }
    }
}
