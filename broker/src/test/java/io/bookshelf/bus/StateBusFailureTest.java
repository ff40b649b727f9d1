package io.bookshelf.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class StateBusFailureTest {
    private static final class Anything implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    @Test
    void aWriterThatEndsByAMistakeSaysSoAndAnswersNobody() throws Exception {
        MemoryStore store = new MemoryStore(new MemoryDisk(), new Random(1), List.of());
        Committer committer = new Committer(store, new SetClock(), () -> 0, TombstonePolicy.AFTER_AN_HOUR);
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        AtomicInteger told = new AtomicInteger();
        StateBus bus = new StateBus(
                committer,
                commit -> {
                    told.incrementAndGet();
                    throw new IllegalStateException("as the test wants it");
                },
                1_000,
                () -> {},
                failure::complete);
        bus.start();
        assertThat(bus.failed()).isFalse();
        bus.submit(new Anything());
        assertThat(failure.get(30, TimeUnit.SECONDS)).hasMessage("as the test wants it");
        assertThat(bus.failed()).isTrue();
        bus.submit(new Anything());
        bus.close();
        assertThat(told).hasValue(1);
    }
}
