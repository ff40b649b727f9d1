package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.CodecException;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.NoAnswerException;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.RefusedException;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.Snapshot;
import io.bookshelf.client.UnreachableException;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import io.bookshelf.schema.ValueProperties;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Scanner;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java library against a real unit, through a cable that can be cut. */
final class LibraryIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    private static ConnectOptions at(UnitProcess broker) {
        return Bookshelf.at("mqtt://127.0.0.1:" + broker.mqtt().getPort()).timeout(RawMqtt.PATIENCE);
    }

    private static Bookshelf connect() {
        return UNITS.closing(at(unit).connect());
    }

    private static Bookshelf through(Relay cable) {
        return Bookshelf.at("mqtt://127.0.0.1:" + cable.address().getPort())
                .timeout(RawMqtt.PATIENCE)
                .connect();
    }

    /** How many subscriptions the unit has. */
    private static int subscriptions() throws IOException {
        URI metrics = URI.create("http://127.0.0.1:" + unit.web().getPort() + "/metrics");
        try (InputStream page = metrics.toURL().openStream();
                Scanner lines = new Scanner(page, StandardCharsets.UTF_8)) {
            return Integer.parseInt(lines.findWithinHorizon("(?m)^bookshelf_subscriptions (\\d+)$", 0)
                    .split(" ")[1]);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Takes events until the snapshot is complete. */
    private static List<WatchEvent> untilComplete(Watch watch) throws InterruptedException {
        List<WatchEvent> events = new ArrayList<>();
        do {
            events.add(watch.poll(RawMqtt.PATIENCE).orElseThrow());
        } while (!(events.getLast() instanceof WatchEvent.Complete));
        return events;
    }

    @Test
    void aValueComesBackWithAllThatBelongsToIt() {
        Bookshelf shelf = connect();
        PutOptions options = PutOptions.DEFAULT
                .contentType("text/plain")
                .utf8()
                .property("a", "1")
                .property("a", "2")
                .expiresAfter(Duration.ofHours(1));
        shelf.put("lib/value", bytes("größer"), options);
        Entry entry = shelf.get("lib/value").orElseThrow();
        assertThat(entry.text()).isEqualTo("größer");
        assertThat(entry.properties())
                .isEqualTo(ValueProperties.NONE
                        .withPayloadFormat(1)
                        .withContentType("text/plain")
                        .withUser(List.of(
                                new ValueProperties.Property("a", "1"), new ValueProperties.Property("a", "2"))));
        assertThat(entry.unit()).contains("unit-under-test");
        assertThat(shelf.unit()).contains("unit-under-test");
        assertThat(entry.age(Instant.now()).orElseThrow()).isLessThan(RawMqtt.PATIENCE);
        assertThat(entry.expires().orElseThrow())
                .isBetween(Instant.now().plusSeconds(3_000), Instant.now().plusSeconds(3_601));
        shelf.put("lib/value", "again");
        assertThat(shelf.get("lib/value").orElseThrow().version().orElseThrow())
                .isGreaterThan(entry.version().orElseThrow());
        shelf.delete("lib/value");
        assertThat(shelf.get("lib/value")).isEmpty();
    }

    @Test
    void mistakesAndRefusalsAreSentences() {
        Bookshelf shelf = connect();
        assertThatThrownBy(() -> shelf.put("lib/+", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a topic name may not contain the wildcards + and #");
        assertThatThrownBy(() -> shelf.put("lib/empty", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one byte");
        assertThatThrownBy(() -> shelf.watch("lib/#/x")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> shelf.put("lib/large", new byte[300_000])).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> shelf.put("lib/text", new byte[] {(byte) 0xFF}, PutOptions.DEFAULT.utf8()))
                .isInstanceOf(RefusedException.class);
        assertThat(shelf.list("lib/text", "lib/large")).isEmpty();
        assertThatThrownBy(() ->
                        Bookshelf.connect("mqtt://127.0.0.1:" + Ports.free().getPort()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("nobody answers at mqtt://127.0.0.1:");
    }

    @Test
    void aWatchTellsTheSnapshotThenTheMarkerThenChanges() throws Exception {
        Bookshelf shelf = connect();
        shelf.put("lib/watch/a", "1");
        shelf.put("lib/watch/b", "1");
        try (Watch watch = shelf.watch("lib/watch/#")) {
            assertThat(untilComplete(watch))
                    .extracting(LibraryIT::words)
                    .containsExactly("lib/watch/a=1 snapshot", "lib/watch/b=1 snapshot", "complete 2");
            shelf.put("lib/watch/a", "2");
            assertThat(words(watch.take())).isEqualTo("lib/watch/a=2");
            shelf.delete("lib/watch/b");
            assertThat(words(watch.take())).isEqualTo("lib/watch/b deleted");
        }
    }

    private static String words(WatchEvent event) {
        return switch (event) {
            case WatchEvent.Changed changed ->
                changed.entry().key() + "=" + changed.entry().text() + (changed.snapshot() ? " snapshot" : "");
            case WatchEvent.Deleted deleted -> deleted.key() + " deleted";
            case WatchEvent.Complete complete -> "complete " + complete.count();
            case WatchEvent.Interrupted interrupted -> "interrupted";
        };
    }

    @Test
    void whatHappensDuringACutIsToldAsCurrentValuesAndWritesAreSentAgain() throws Exception {
        Relay cable = UNITS.closing(new Relay(unit.mqtt(), Duration.ZERO));
        Bookshelf near = connect();
        Bookshelf far = UNITS.closing(through(cable));
        for (String name : List.of("same", "changed", "deleted")) {
            near.put("lib/cut/" + name, "1");
        }
        Watch watch = far.watch("lib/cut/#");
        untilComplete(watch);
        cable.cut();
        assertThat(watch.take()).isInstanceOf(WatchEvent.Interrupted.class);
        near.put("lib/cut/changed", "2");
        near.put("lib/cut/changed", "3");
        near.put("lib/cut/new", "1");
        near.delete("lib/cut/deleted");
        CompletableFuture<Void> write = far.putAsync("lib/cut-write", bytes("far"), PutOptions.DEFAULT);
        assertThat(far.isConnected()).isFalse();
        cable.heal();
        assertThat(untilComplete(watch))
                .extracting(LibraryIT::words)
                .containsExactlyInAnyOrder(
                        "lib/cut/changed=3 snapshot",
                        "lib/cut/new=1 snapshot",
                        "lib/cut/deleted deleted",
                        "complete 3");
        write.join();
        assertThat(near.get("lib/cut-write").orElseThrow().text()).isEqualTo("far");
    }

    @Test
    void aWriteOnItsWayWhenTheConnectionBreaksIsSentAgainUnlessItWouldMeanSomethingElse() throws Exception {
        Relay cable = UNITS.closing(new Relay(unit.mqtt(), Duration.ZERO));
        Bookshelf far = UNITS.closing(through(cable));
        String large = "x".repeat(10_000);
        cable.holdAnswers();
        long before = cable.traffic().bytesThere();
        CompletableFuture<Void> claim = far.putAsync("lib/way/claim", bytes(large), PutOptions.DEFAULT.ifAbsent());
        CompletableFuture<Void> write = far.putAsync("lib/way/write", bytes(large), PutOptions.DEFAULT);
        await("both are on their way").until(() -> cable.traffic().bytesThere() - before > 2L * large.length());
        cable.cut();
        assertThatThrownBy(claim::join)
                .hasRootCauseInstanceOf(NoAnswerException.class)
                .hasMessageContaining("the connection broke before the write of lib/way/claim");
        assertThat(write).isNotDone();
        cable.heal();
        write.join();
    }

    @Test
    void watchesOfTheSameFilterDoNotEndOneAnother() throws Exception {
        Bookshelf shelf = connect();
        Watch ends = shelf.watch("lib/twice/#");
        Watch stays = shelf.watch("lib/twice/#");
        untilComplete(ends);
        untilComplete(stays);
        ends.close();
        assertThat(shelf.list("lib/twice/#")).isEmpty();
        connect().put("lib/twice/a", "1");
        assertThat(words(stays.poll(RawMqtt.PATIENCE).orElseThrow())).isEqualTo("lib/twice/a=1");
    }

    @Test
    void whoseIdAnotherClientTakesEndsAndSaysSo() {
        Bookshelf first = UNITS.closing(at(unit).clientId("twice").connect());
        Bookshelf second = UNITS.closing(at(unit).clientId("twice").connect());
        await().until(() -> !first.isConnected());
        assertThatThrownBy(() -> first.put("lib/taken", "1"))
                .isInstanceOf(UnreachableException.class)
                .hasMessage("another client has connected with the same client id, twice");
        assertThatThrownBy(() -> first.watch("lib/taken").take())
                .hasMessage("another client has connected with the same client id, twice");
        second.put("lib/taken", "2");
        assertThat(second.isConnected()).isTrue();
    }

    @Test
    void aListenerThatThrowsIsToldOfTheNextChange() {
        Bookshelf shelf = connect();
        List<String> told = new CopyOnWriteArrayList<>();
        UNITS.closing(shelf.watch("lib/thrown/#", event -> {
            told.add(words(event));
            throw new IllegalStateException("thrown by a listener on purpose");
        }));
        await().until(() -> told.contains("complete 0"));
        shelf.put("lib/thrown/a", "1");
        await().until(() -> told.contains("lib/thrown/a=1"));
        ShelfMap<String> map = UNITS.closing(shelf.map("lib/thrown/", Codecs.text()));
        map.onChange(() -> {
            throw new IllegalStateException("thrown by a listener on purpose");
        });
        map.awaitComplete(RawMqtt.PATIENCE);
        shelf.put("lib/thrown/a", "2");
        shelf.put("lib/thrown/b", "1");
        await().until(() -> map.names().contains("b"));
    }

    @Test
    void aReaderThatSleepsGetsTheLastValueOfEveryKeyThoughMoreWaitsThanItHasRoomFor() throws Exception {
        Bookshelf shelf = connect();
        int before = subscriptions();
        Watch watch = connect().watch("lib/slow/#");
        untilComplete(watch);
        await("the marker's subscription is gone").until(() -> subscriptions() == before + 1);
        Map<String, Integer> stored = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            String key = "lib/slow/" + i * 7 % 200;
            shelf.put(key, bytes(i + " " + "x".repeat(200_000)));
            stored.put(key, i);
        }
        for (int i = 0; i < 200; i += 5) {
            shelf.delete("lib/slow/" + i);
            stored.remove("lib/slow/" + i);
        }
        assertThat(subscriptions()).as("what does not fit stays with the unit").isEqualTo(before);
        Map<String, Integer> seen = new HashMap<>();
        while (!seen.equals(stored)) {
            WatchEvent event = watch.poll(RawMqtt.PATIENCE).orElseThrow();
            if (event instanceof WatchEvent.Changed changed) {
                String text = changed.entry().text();
                seen.put(changed.entry().key(), Integer.parseInt(text.substring(0, text.indexOf(' '))));
            } else if (event instanceof WatchEvent.Deleted deleted) {
                seen.remove(deleted.key());
            }
        }
    }

    /** Something with a shape. */
    record Light(boolean on, int percent) {}

    @Test
    void aMapIsATypedViewThatPassesOverWhatItCannotRead() {
        Bookshelf shelf = connect();
        shelf.put("lib/map/broken", "not json");
        try (ShelfMap<Light> lights = shelf.map("lib/map/", Codecs.json(Light.class))) {
            lights.awaitComplete(RawMqtt.PATIENCE);
            assertThat(lights.values()).isEmpty();
            assertThat(lights.unreadable()).containsOnlyKeys("broken");
            lights.put("hall", new Light(true, 40));
            await().until(() -> lights.get("hall").equals(Optional.of(new Light(true, 40))));
            assertThat(lights.entry("hall").orElseThrow().properties().contentType())
                    .isEqualTo("application/json");
            shelf.put("lib/map", "matches lib/map/#, and is not under lib/map/");
            shelf.put("lib/map/hall", "no light any more");
            await().until(() -> lights.unreadable().containsKey("hall"));
            assertThat(lights.get("hall")).isEmpty();
            assertThat(lights.unreadable()).containsOnlyKeys("broken", "hall");
            lights.put("broken", new Light(false, 0));
            lights.remove("hall");
            await().until(() -> lights.values().equals(Map.of("broken", new Light(false, 0))));
            assertThat(lights.unreadable()).isEmpty();
        }
    }

    @Test
    void aSnapshotWaitsForItsReader() throws CodecException {
        Bookshelf shelf = connect();
        TreeMap<String, String> expected = new TreeMap<>();
        for (int i = 0; i < 300; i++) {
            expected.put("lib/many/" + i, "value " + i);
        }
        expected.forEach((key, value) -> shelf.put(key, value));
        TreeMap<String, String> read = new TreeMap<>();
        long count = Snapshot.read(at(unit), List.of("lib/many/#"), entry -> read.put(entry.key(), entry.text()));
        assertThat(count).isEqualTo(300);
        assertThat(read).isEqualTo(expected);
        CountDownLatch never = new CountDownLatch(1);
        AtomicInteger slowly = new AtomicInteger();
        ConnectOptions hasty = at(unit).timeout(Duration.ofMillis(500));
        Snapshot.read(hasty, List.of("lib/many/1"), entry -> {
            // longer than the unit is given for an answer: the time that a reader takes is its own
            assertThatCode(() -> never.await(1_500, TimeUnit.MILLISECONDS)).doesNotThrowAnyException();
            slowly.incrementAndGet();
        });
        assertThat(slowly).hasValue(1);
        assertThatThrownBy(() -> Snapshot.read(at(unit), List.of("lib/many/#"), entry -> {
                    throw new IllegalStateException("enough");
                }))
                .hasMessage("enough");
    }

    @Test
    void closingWaitsForWritesAndEndsWhoWaits() throws Exception {
        Bookshelf shelf = at(unit).connect();
        Watch watch = shelf.watch("lib/nothing");
        untilComplete(watch);
        CompletableFuture<Void> last = shelf.putAsync("lib/last", bytes("1"), PutOptions.DEFAULT);
        shelf.close();
        assertThat(last).isCompleted();
        assertThatThrownBy(watch::take).isInstanceOf(UnreachableException.class);
        assertThatThrownBy(() -> shelf.get("lib/last"))
                .isInstanceOf(UnreachableException.class)
                .hasMessage("this client has been closed");
        assertThat(connect().get("lib/last")).isPresent();
    }
}
