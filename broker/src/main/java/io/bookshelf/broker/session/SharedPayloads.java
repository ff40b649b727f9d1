package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.MemoryHolder;

/** Accounts the events that are only in memory: each once, however many sessions it waits for. */
final class SharedPayloads {
    private final MemoryHolder memory;

    SharedPayloads(MemoryBudget budget) {
        this.memory = budget.openShared();
    }

    /** Wants to keep an event for one session more. */
    boolean hold(Message message) {
        if (message.holders == 0 && !memory.take(Kind.EVENT, message.weight()).granted()) return false;
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
