package io.bookshelf.broker.session;

import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryHolder;

/** Accounts what one outbox holds. */
final class DeliveryRoom {
    private final MemoryHolder memory;
    private long held;

    DeliveryRoom(MemoryHolder memory) {
        this.memory = memory;
    }

    boolean take(long bytes) {
        if (!memory.takeIfFree(Kind.DELIVERY, bytes).granted()) return false;
        held += bytes;
        return true;
    }

    /** Takes at once, or later on the loop. */
    void takeOrWait(long bytes, Runnable granted) {
        memory.takeOrWait(Kind.DELIVERY, bytes, () -> {
            held += bytes;
            granted.run();
        });
    }

    void give(long bytes) {
        long some = Math.min(bytes, held);
        held -= some;
        memory.give(Kind.DELIVERY, some);
    }

    /** Gives back all, and waits for nothing more. */
    void clear() {
        memory.stopWaiting();
        give(held);
    }
}
