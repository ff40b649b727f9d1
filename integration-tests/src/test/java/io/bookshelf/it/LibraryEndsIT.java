package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.RefusedException;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** How what the Java library keeps current comes to its end: values by their time, watches and maps by a refusal. */
final class LibraryEndsIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    private static Bookshelf connect(UnitProcess to) {
        return UNITS.closing(Bookshelf.connect("mqtt://127.0.0.1:" + to.mqtt().getPort()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String words(WatchEvent event) {
        return switch (event) {
            case WatchEvent.Changed changed ->
                changed.entry().key() + "=" + changed.entry().text();
            case WatchEvent.Deleted deleted -> deleted.key() + " deleted";
            case WatchEvent.Complete complete -> "complete";
            case WatchEvent.Interrupted interrupted -> "interrupted";
        };
    }

    /** The unit of this test need not know the time, and then tells of no end: whoever reads keeps the time to live. */
    @Test
    void whatHasOutlivedItsTimeIsRemovedFromWatchesAndMapsAndTheirListenersAreTold() throws Exception {
        Bookshelf shelf = connect(unit);
        Watch watch = shelf.watch("lib/ttl/#");
        assertThat(watch.take()).isInstanceOf(WatchEvent.Complete.class);
        ShelfMap<String> map = UNITS.closing(shelf.map("lib/ttl/", Codecs.text()));
        map.awaitComplete(RawMqtt.PATIENCE);
        List<Set<String>> seen = new CopyOnWriteArrayList<>();
        map.onChange(() -> seen.add(Set.copyOf(map.names())));
        shelf.put("lib/ttl/stays", bytes("1"), PutOptions.DEFAULT.expiresAfter(Duration.ofSeconds(1)));
        shelf.put("lib/ttl/stays", "2");
        shelf.put("lib/ttl/goes", bytes("1"), PutOptions.DEFAULT.expiresAfter(Duration.ofSeconds(1)));
        List<String> told = new ArrayList<>();
        while (!told.contains("lib/ttl/goes deleted")) {
            told.add(words(watch.poll(RawMqtt.PATIENCE).orElseThrow()));
        }
        assertThat(told).doesNotContain("lib/ttl/stays deleted").contains("lib/ttl/goes=1");
        await().untilAsserted(() -> assertThat(seen.getLast()).containsExactly("stays"));
        assertThat(watch.poll(Duration.ZERO)).as("told once").isEmpty();
    }

    @Test
    void whoWaitsOnTheClientsOwnThreadIsToldThatNothingWouldCome() {
        Bookshelf shelf = connect(unit);
        Watch watch = UNITS.closing(shelf.watch("lib/own/#"));
        ShelfMap<String> map = UNITS.closing(shelf.map("lib/own/", Codecs.text()));
        for (ThrowingCallable waits : List.<ThrowingCallable>of(
                watch::take, () -> watch.poll(Duration.ofSeconds(1)), () -> map.awaitComplete(Duration.ofSeconds(1)))) {
            assertThat(shelf.getAsync("lib/own").thenAccept(found -> assertThatThrownBy(waits)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("this is the client's own thread")))
                    .succeedsWithin(RawMqtt.PATIENCE);
        }
    }

    @Test
    void aListenerIsToldThatItsWatchOrMapHasEndedForARefusedFilter() {
        UnitProcess strict = UNITS.start("""
                [[access.rules]]
                allow = ["read", "write"]
                topics = ["open/#"]
                """);
        Bookshelf shelf = connect(strict);
        List<WatchEvent> told = new CopyOnWriteArrayList<>();
        UNITS.closing(shelf.watch("shut/#", told::add));
        await().untilAsserted(() -> assertThat(told)
                .singleElement()
                .isInstanceOfSatisfying(WatchEvent.Interrupted.class, last -> {
                    assertThat(last.reason()).contains("shut/# cannot be read");
                    assertThat(last.end()).isInstanceOf(RefusedException.class);
                }));
        ShelfMap<String> map = UNITS.closing(shelf.map("shut/", Codecs.text()));
        List<BookshelfException> ends = new CopyOnWriteArrayList<>();
        map.onChange(() -> map.ended().ifPresent(ends::add));
        assertThatThrownBy(() -> map.awaitComplete(RawMqtt.PATIENCE)).isInstanceOf(RefusedException.class);
        await().untilAsserted(() -> assertThat(map.ended()).containsInstanceOf(RefusedException.class));
        List<WatchEvent> closed = new CopyOnWriteArrayList<>();
        Watch own = shelf.watch("open/#", closed::add);
        await().until(() -> closed.size() == 1);
        own.close();
        shelf.close();
        assertThat(closed).as("whoever closes it need not be told").hasSize(1);
    }
}
