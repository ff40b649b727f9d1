package io.bookshelf.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.client.wire.Wire;
import io.bookshelf.client.wire.WireMessage;
import io.bookshelf.schema.ValueProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PutsTest {
    @Test
    void nothingWaitsOnlyAfterTheLastOutcomeIsTold() {
        List<Runnable> timeouts = new ArrayList<>();
        Puts puts = new Puts(Runnable::run, (task, delay) -> {
            timeouts.add(task);
            return () -> {};
        });
        CompletableFuture<Wire.Written> outcome = new CompletableFuture<>();
        WireMessage message = new WireMessage("a", new byte[0], true, 1, 0, ValueProperties.NONE);
        puts.add(message, false, outcome, Duration.ofSeconds(1), () -> "no connection");
        List<Boolean> told = new ArrayList<>();
        puts.whenEmpty(() -> told.add(outcome.isDone()), false);
        assertThat(told).isEmpty();
        timeouts.forEach(Runnable::run);
        assertThat(told).containsExactly(true);
    }
}
