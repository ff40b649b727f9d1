package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.examples.ClientExamples;
import io.bookshelf.client.examples.Light;
import io.bookshelf.client.examples.LightCodec;
import io.bookshelf.client.examples.PatternExamples;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The examples that the library's Javadoc shows, against a real unit. */
final class LibraryExamplesIT {
    @RegisterExtension
    final Units units = Units.perTest();

    private ConnectOptions options;
    private String url;
    private Bookshelf shelf;

    @BeforeEach
    void connect() {
        url = "mqtt://127.0.0.1:" + units.start().mqtt().getPort();
        options = Bookshelf.at(url).timeout(RawMqtt.PATIENCE);
        shelf = units.closing(options.connect());
    }

    private Map<String, String> state() {
        return shelf.list("#").stream().collect(Collectors.toMap(Entry::key, Entry::text));
    }

    @Test
    void readingAndWriting() throws Exception {
        ClientExamples.putAndGet(url);
        ClientExamples.age(shelf);
        ClientExamples.failures(shelf);
        ClientExamples.expiry(shelf, "4711".getBytes(StandardCharsets.US_ASCII));
        ClientExamples.map(shelf);
        ClientExamples.codecs(shelf);
        ClientExamples.unreadable(shelf);
        assertThat(state())
                .containsOnly(
                        Map.entry("lights/hall", "on"),
                        Map.entry("guests/code", "4711"),
                        Map.entry("rooms/hall", "{\"on\":true,\"percent\":40}"),
                        Map.entry("rooms/attic", "{\"on\":true,\"percent\":40}"),
                        Map.entry("rooms/cellar", "dark"));
        assertThat(shelf.get("guests/code").orElseThrow().expires()).isPresent();
        assertThat(ClientExamples.snapshot(options)).isEqualTo(5);
    }

    @Test
    void failing() {
        ClientExamples.unreachable();
        shelf.put("channel/5", "attic");
        ClientExamples.refused(shelf);
        ClientExamples.noAnswer(shelf);
        assertThat(state()).containsOnly(Map.entry("channel/5", "attic"), Map.entry("channel/6", "hall"));
        assertThatThrownBy(() -> ClientExamples.certificate(url, units.folder()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void watching() throws Exception {
        shelf.put("lights/hall", "on");
        ClientExamples.listener(shelf).close();
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Thread watching = Thread.ofVirtual().start(() -> {
            try {
                ClientExamples.watch(shelf);
            } catch (InterruptedException | RuntimeException e) {
                ended.complete(e);
            }
        });
        watching.interrupt();
        assertThat(ended.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void patterns() {
        PatternExamples.counter(shelf);
        PatternExamples.leader(shelf);
        PatternExamples.lease(shelf);
        PatternExamples.mergedSet(shelf);
        PatternExamples.presence(options, shelf);
        PatternExamples.rollout(shelf);
        PatternExamples.services(shelf);
        PatternExamples.unitTable(shelf);
        assertThat(state())
                .containsEntry("count/joins/hall", "1")
                .containsEntry("set/blocked/hall/aa:bb:cc:00:11:22", "1")
                .containsEntry("rollout/channel/plan", "channel 11")
                .containsEntry("lamps/hall/ceiling", "{\"on\":true,\"percent\":40}");
        assertThat(shelf.list("leader/#", "lease/#", "presence/#", "services/#"))
                .as("what was given back")
                .isEmpty();
    }

    @Test
    void aCodecOfOnesOwn() throws Exception {
        LightCodec codec = new LightCodec();
        shelf.put("rooms/hall", codec.encode(new Light(true, 40)), PutOptions.DEFAULT);
        assertThat(shelf.get("rooms/hall").orElseThrow().as(codec)).isEqualTo(new Light(true, 40));
    }
}
