package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.StringValue;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.Snapshot;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java library under more than it can pass on, and with messages of protobuf. */
final class LibraryLoadIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int WRITES = 40_000;

    /** 16 MiB of writes at 512 bytes each, keys and values aside. */
    private static final int MOST_WAITING = 16 * 1024 * 1024 / 512;

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    private static Bookshelf connect(int port) {
        return UNITS.closing(
                Bookshelf.at("mqtt://127.0.0.1:" + port).timeout(LONG).connect());
    }

    @Test
    void whoWritesWithoutWaitingIsHeldUpAtABoundAndAllIsStored() throws Exception {
        Relay cable = UNITS.closing(new Relay(unit.mqtt(), Duration.ZERO));
        Bookshelf shelf = connect(cable.address().getPort());
        cable.cut();
        byte[] value = "1".getBytes(StandardCharsets.US_ASCII);
        ConcurrentLinkedQueue<CompletableFuture<Void>> writes = new ConcurrentLinkedQueue<>();
        Thread program = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < WRITES; i++) {
                writes.add(shelf.putAsync("flood/" + i, value, PutOptions.DEFAULT));
            }
        });
        await("the program is held up")
                .atMost(LONG)
                .until(() -> program.getState() == Thread.State.TIMED_WAITING
                        || program.getState() == Thread.State.TERMINATED);
        assertThat(writes).hasSizeBetween(MOST_WAITING / 2, MOST_WAITING).noneMatch(CompletableFuture::isDone);
        cable.heal();
        program.join();
        CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new)).get();
        assertThat(Snapshot.read(shelf.options(), List.of("flood/#"), entry -> {}))
                .isEqualTo(WRITES);
    }

    @Test
    void aFullClientRefusesWhatItsOwnThreadWritesInsteadOfWaitingForItself() throws Exception {
        Bookshelf shelf = connect(unit.mqtt().getPort());
        byte[] large = new byte[200_000];
        int writes = 100;
        CompletableFuture<Integer> refused = shelf.putAsync("own/first", large, PutOptions.DEFAULT)
                .thenApply(stored -> {
                    int failed = 0;
                    for (int i = 0; i < writes; i++) {
                        failed += shelf.putAsync("own/" + i, large, PutOptions.DEFAULT)
                                        .isCompletedExceptionally()
                                ? 1
                                : 0;
                    }
                    return failed;
                });
        assertThat(refused.get()).isBetween(1, writes - 1);
    }

    @Test
    void messagesOfProtobufComeBackAsTheyWere() {
        Bookshelf shelf = connect(unit.mqtt().getPort());
        StringValue message = StringValue.of("größer");
        try (ShelfMap<StringValue> messages = shelf.map("proto/", Codecs.protobuf(StringValue.parser()))) {
            messages.awaitComplete(LONG);
            messages.put("one", message);
            shelf.put("proto/broken", new byte[] {0x0A, 0x7F});
            await().atMost(LONG).until(() -> messages.unreadable().containsKey("broken"));
            assertThat(messages.values()).isEqualTo(Map.of("one", message));
            assertThat(messages.entry("one").orElseThrow().properties().contentType())
                    .isEqualTo("application/x-protobuf");
            assertThat(messages.unreadable()).containsEntry("broken", "the value is not the message that it should be");
        }
    }
}
