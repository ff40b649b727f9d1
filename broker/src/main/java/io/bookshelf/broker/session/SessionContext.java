package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.WallClock;
import io.bookshelf.store.StoreReader;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What sessions need from the rest of the broker.
 *
 * @param submit hands a submission to the bus
 * @param reads runs store reads on another thread and brings the result back to the loop
 * @param system the unit's own topics
 * @param loop runs a task on the loop thread, after the current one
 * @param budget asked before memory is held for a client
 */
public record SessionContext(
        Limits limits,
        AccessPolicy access,
        BrokerCounters counters,
        WallClock wall,
        Consumer<Submission> submit,
        Reads reads,
        SystemTopics system,
        Consumer<Runnable> loop,
        MemoryBudget budget) {

    SessionContext withWall(WallClock other) {
        return new SessionContext(limits, access, counters, other, submit, reads, system, loop, budget);
    }

    /** Reads from the store without holding up the loop. */
    public interface Reads {
        /**
         * Runs {@code job} on a reader's thread, then {@code then} on the loop; {@code failed} instead if it threw.
         */
        <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed);
    }
}
