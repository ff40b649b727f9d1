package io.bookshelf.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class ClosedHandshakeTest {
    @Test
    void computesNothingForAConnectionThatWasClosedMeanwhile() {
        ArrayDeque<Runnable> queue = new ArrayDeque<>();
        List<String> done = new ArrayList<>();
        EmbeddedChannel stays = new EmbeddedChannel();
        EmbeddedChannel goes = new EmbeddedChannel();
        Executor forStays = TlsDoor.whileOpen(stays, queue::add);
        Executor forGoes = TlsDoor.whileOpen(goes, queue::add);
        forStays.execute(() -> done.add("stays"));
        forGoes.execute(() -> done.add("goes"));

        goes.close();
        queue.forEach(Runnable::run);

        assertThat(done).containsExactly("stays");
    }
}
