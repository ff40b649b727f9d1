package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codec;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.UnreachableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What users of the Java library do by mistake, or meet at a bad moment: it is said, and nothing hangs. */
final class LibraryMistakesIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static Relay cable;

    @BeforeAll
    static void start() throws Exception {
        cable = new Relay(UNITS.start().mqtt(), Duration.ZERO);
    }

    @AfterAll
    static void end() throws Exception {
        cable.close();
    }

    private static Bookshelf connect() {
        return UNITS.closing(Bookshelf.at("mqtt://127.0.0.1:" + cable.address().getPort())
                .timeout(RawMqtt.PATIENCE)
                .connect());
    }

    @Test
    void whoWaitsWhereFuturesAreCompletedIsToldInsteadOfWaitingForEver() throws Exception {
        Bookshelf shelf = connect();
        cable.cut();
        await().until(() -> !shelf.isConnected());
        CompletableFuture<Void> written = shelf.putAsync("mistake/a", new byte[] {1}, PutOptions.DEFAULT);
        CompletableFuture<Void> waits = written.thenRun(() -> shelf.put("mistake/b", "2"));
        CompletableFuture<Void> goesOn =
                written.thenCompose(done -> shelf.putAsync("mistake/c", new byte[] {3}, PutOptions.DEFAULT));
        cable.heal();
        assertThatThrownBy(() -> waits.get(60, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .rootCause()
                .hasMessageContaining("the client's own thread");
        goesOn.get(60, TimeUnit.SECONDS);
        assertThat(shelf.get("mistake/b")).isEmpty();
    }

    @Test
    void whatIsToBeWrittenOnlyNowIsNotWrittenLater() throws Exception {
        Bookshelf shelf = connect();
        cable.cut();
        await().until(() -> !shelf.isConnected());
        CompletableFuture<Void> now = shelf.putAsync("mistake/now", new byte[] {1}, PutOptions.DEFAULT.onlyNow());
        cable.heal();
        assertThatThrownBy(() -> now.get(60, TimeUnit.SECONDS)).hasCauseInstanceOf(UnreachableException.class);
        shelf.put("mistake/later", "2");
        assertThat(shelf.get("mistake/now")).isEmpty();
        shelf.put("mistake/now", new byte[] {1}, PutOptions.DEFAULT.onlyNow());
    }

    /** One bad value, by whoever wrote it, must not end the view of all others. */
    @Test
    void aCodecThatThrowsWhatItShouldNotLosesItsValueAndNoOther() {
        Bookshelf shelf = connect();
        ShelfMap<Long> numbers = UNITS.closing(shelf.map("mistake/number/", new Codec<>() {
            @Override
            public byte[] encode(Long value) {
                return value.toString().getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public Long decode(byte[] bytes) {
                return Long.valueOf(new String(bytes, StandardCharsets.US_ASCII));
            }
        }));
        shelf.put("mistake/number/one", "x");
        shelf.put("mistake/number/two", "2");
        await().until(() -> numbers.values().equals(Map.of("two", 2L)));
        assertThat(numbers.unreadable()).containsOnlyKeys("one");
    }
}
