package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.bus.WallClock;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.pattern.Lease;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StoreOptions;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A unit whose clock nobody vouches for, or that is set while it runs; in this process, so that its clock is the test's. */
final class ClockIT {
    @RegisterExtension
    final Units units = Units.perTest();

    private final TestClock clock = new TestClock();
    private final InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private InetSocketAddress mqtt = anywhere;

    private static final class TestClock implements WallClock {
        private final long startNanos = System.nanoTime();
        private volatile long start = 1_800_000_000_000L;
        private volatile boolean known = true;

        @Override
        public long millis() {
            return start + (System.nanoTime() - startNanos) / 1_000_000;
        }

        @Override
        public boolean known() {
            return known;
        }

        @Override
        public String source() {
            return known ? "the test" : "";
        }

        void set(Duration change) {
            start += change.toMillis();
        }
    }

    private void start() {
        units.closing(startIn(units.folder()));
    }

    private Closeable startIn(Path folder) {
        SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults());
        BrokerConfig config =
                new BrokerConfig("test", anywhere, anywhere, null, BrokerConfig.Limits.DEFAULTS, List.of(), List.of());
        EmbeddedBroker unit = EmbeddedBroker.start(config, store, clock, AccessPolicy.OPEN, "test");
        mqtt = unit.mqtt();
        return () -> {
            unit.close();
            store.close();
        };
    }

    private RawMqtt client(Connect connect) {
        return units.closing(RawMqtt.connected(mqtt, connect));
    }

    private String clockTopic() {
        return client(Connect.v5("")).snapshot(0, "$bookshelf/clock").getFirst().text();
    }

    private List<String> stored(String filter) {
        return client(Connect.v5("")).snapshot(0, filter).stream()
                .map(Packet::topic)
                .toList();
    }

    private static Packet putFor(RawMqtt writer, String key, int seconds) {
        writer.publish(key, Bytes.utf8("v"), 1, true, 1, Props.none().with(Props.MESSAGE_EXPIRY, seconds));
        return writer.expect(Packet.PUBACK);
    }

    @Test
    void nothingExpiresUntilTheTimeIsKnown() {
        clock.known = false;
        start();
        RawMqtt writer = client(Connect.v5("w"));
        putFor(writer, "key/short", 60);
        putFor(writer, "key/long", 1_000_000);
        clock.set(Duration.ofDays(1));
        assertThat(stored("key/#")).hasSize(2);
        assertThat(clockTopic()).contains("\"known\":false,\"source\":\"\"");
        clock.known = true;
        assertThat(stored("key/#")).containsExactly("key/long");
    }

    @Test
    void theLibraryTellsThatATimeToLiveMayNotHold() {
        clock.known = false;
        start();
        List<String> said = new ArrayList<>();
        PutOptions hour = PutOptions.DEFAULT.expiresAfter(Duration.ofHours(1)).onNotice(said::add);
        try (Bookshelf shelf = Bookshelf.connect("mqtt://127.0.0.1:" + mqtt.getPort())) {
            assertThat(shelf.put("key/hour", Bytes.utf8("v"), hour)).isPresent();
            assertThat(said).singleElement().asString().contains("the time of day is not known here");
            try (Lease lease = Lease.take(shelf, "scan", "hall", Duration.ofSeconds(30), () -> {})
                    .orElseThrow()) {
                assertThat(lease.notice())
                        .hasValueSatisfying(notice -> assertThat(notice).contains("the time of day is not known here"));
            }
            clock.known = true;
            shelf.put("key/hour", Bytes.utf8("w"), hour);
            assertThat(said).hasSize(1);
            try (Lease lease = Lease.take(shelf, "other", "hall", Duration.ofSeconds(30), () -> {})
                    .orElseThrow()) {
                assertThat(lease.notice()).isEmpty();
            }
        }
    }

    @Test
    void aTimeToLiveThatWasGivenHereEndsAllTheSameAndWhoeverGaveItIsTold() {
        clock.known = false;
        start();
        RawMqtt watcher = client(Connect.v5("watcher"));
        watcher.subscribe(0, "key/#", "$bookshelf/health");
        assertThat(watcher.expect(Packet.PUBLISH).text()).contains("\"warnings\":[]");
        RawMqtt writer = client(Connect.v5("w"));
        assertThat(putFor(writer, "key/short", 1).props().text(Props.REASON_STRING))
                .contains("the time of day is not known here");
        assertThat(writer.put("key/long", "v").props().text(Props.REASON_STRING))
                .isNull();
        RawMqtt quiet = client(Connect.v5("quiet").with(Props.REQUEST_PROBLEM_INFORMATION, 0));
        assertThat(putFor(quiet, "key/quiet", 1_000).props().text(Props.REASON_STRING))
                .isNull();
        List<String> said = new ArrayList<>();
        boolean warned = false;
        while (!said.contains("key/short=") || !warned) {
            Packet packet = watcher.expect(Packet.PUBLISH);
            if (packet.topic().startsWith("$")) {
                warned |= packet.text().contains("values were given a time to live");
            } else {
                said.add(packet.topic() + "=" + packet.text());
            }
        }
        assertThat(said).containsExactly("key/short=v", "key/long=v", "key/quiet=v", "key/short=");
        assertThat(stored("key/#")).containsExactly("key/long", "key/quiet");
    }

    @Test
    void saysTheTimeAndWhoVouchesForIt() {
        start();
        client(Connect.v5("w")).put("a", "1");
        assertThat(clockTopic())
                .matches("\\{\"millis\":18000000\\d{5},\"time\":\"2027-01-15T08:0\\S+Z\",\"known\":true,"
                        + "\"source\":\"the test\",\"hybrid\":\"[0-9a-f]{16}\"}");
    }

    @Test
    void versionsGoUpwardHoweverTheClockIsSet() {
        start();
        RawMqtt watcher = client(Connect.v5("watcher"));
        watcher.subscribe(0, "#");
        RawMqtt writer = client(Connect.v5("w"));
        List<String> versions = new ArrayList<>();
        for (int days : List.of(0, -10_000, -300, 3_000, -10, 0)) {
            clock.set(Duration.ofDays(days));
            for (String key : List.of("same", "new/" + versions.size())) {
                writer.put(key, "v");
                versions.add(watcher.expect(Packet.PUBLISH).props().user("bookshelf-version"));
            }
        }
        assertThat(versions).isSorted().doesNotHaveDuplicates();
    }

    /** By a year forth or back; the will of a client that left after it says that the unit has ticked since. */
    @ParameterizedTest
    @ValueSource(ints = {365, -365})
    void whatWaitsForATimeWaitsAsLongAsItShouldWhenTheClockIsSet(int days) {
        start();
        RawMqtt watcher = client(Connect.v5("watcher"));
        watcher.subscribe(0, "wills/#");
        client(hourLong("before")).subscribe(1, "event");
        client(hourLong("meanwhile")).subscribe(1, "event");
        RawMqtt meanwhile = client(hourLong("meanwhile"));
        client(hourLong("before")).reset();
        client(hourLong("early").will("wills/early", "x", 1, false, Props.none().with(Props.WILL_DELAY, 2)))
                .reset();
        RawMqtt writer = client(Connect.v5("w"));
        event(writer, "1");

        clock.set(Duration.ofDays(days));
        meanwhile.reset();
        event(writer, "2");
        client(hourLong("late").will("wills/late", "x", 1, false, Props.none().with(Props.WILL_DELAY, 2)))
                .reset();
        assertThat(List.of(
                        watcher.expect(Packet.PUBLISH).topic(),
                        watcher.expect(Packet.PUBLISH).topic()))
                .containsExactlyInAnyOrder("wills/early", "wills/late");
        for (String session : List.of("before", "meanwhile")) {
            RawMqtt back = units.closing(RawMqtt.tcp(mqtt));
            assertThat(back.connect(hourLong(session)).sessionPresent())
                    .as(session)
                    .isTrue();
            for (String event : List.of("1", "2")) {
                Packet packet = back.expect(Packet.PUBLISH);
                assertThat(packet.text()).as(session).isEqualTo(event);
                back.ack(Packet.PUBACK, packet.id());
            }
        }
    }

    @Test
    void aWillThatWaitsWaitsOnAfterTheClockWasSetAndTheUnitRestarted() throws IOException {
        Path folder = units.folder();
        try (Closeable unit = startIn(folder)) {
            Props delay = Props.none().with(Props.WILL_DELAY, 3_600);
            client(hourLong("away").will("wills/away", "x", 1, true, delay)).reset();
            client(hourLong("away2").will("wills/now", "x", 1, true)).reset();
            RawMqtt watcher = client(Connect.v5("watcher"));
            watcher.subscribe(0, "wills/#");
            assertThat(watcher.expect(Packet.PUBLISH).topic()).isEqualTo("wills/now");
            clock.set(Duration.ofDays(365));
        }
        try (Closeable again = startIn(folder)) {
            assertThat(stored("wills/#")).containsExactly("wills/now");
        }
    }

    private static Connect hourLong(String id) {
        return Connect.v5(id).durable();
    }

    private static void event(RawMqtt writer, String text) {
        writer.publish("event", text, 1, false, 1);
        writer.expect(Packet.PUBACK);
    }
}
