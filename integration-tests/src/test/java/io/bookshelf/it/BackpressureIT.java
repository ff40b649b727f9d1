package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.bus.WallClock;
import io.bookshelf.store.Head;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreHealth;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.StoreReader;
import io.bookshelf.store.WriteTransaction;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A disk that hangs: publishers are held up by TCP, everybody else is served, and when it goes on nothing is missing. */
final class BackpressureIT {
    private static final int WRITERS = 4;
    private static final int PUTS = 300;
    private static final String FILLER = "x".repeat(64 * 1024);
    private static final int BUS_BYTES = 1 << 20;

    /** The bus, and for each writer what was read from its socket at once before it was full. */
    private static final long MOST_TAKEN = BUS_BYTES + WRITERS * (512L << 10);

    @RegisterExtension
    final Units units = Units.perTest();

    private final HangingStore store = new HangingStore(units.folder());
    private InetSocketAddress mqtt = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** The real store, whose transactions wait while the disk hangs. */
    private static final class HangingStore implements StateStore {
        private final SqliteStateStore disk;
        private volatile CountDownLatch hangs = new CountDownLatch(0);

        HangingStore(Path folder) {
            disk = SqliteStateStore.open(folder, StoreOptions.defaults());
        }

        private void waitForTheDisk() {
            try {
                hangs.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public long replica() {
            return disk.replica();
        }

        @Override
        public Head head() {
            return disk.head();
        }

        @Override
        public WriteTransaction begin() {
            waitForTheDisk();
            return disk.begin();
        }

        @Override
        public WriteTransaction beginShrinking() {
            waitForTheDisk();
            return disk.beginShrinking();
        }

        @Override
        public StoreReader openReader() {
            return disk.openReader();
        }

        @Override
        public StoreHealth health() {
            return disk.health();
        }

        @Override
        public boolean maintain() {
            return disk.maintain();
        }

        @Override
        public void close() {
            disk.close();
        }
    }

    private EmbeddedBroker start() {
        Limits all = Limits.DEFAULTS;
        Limits limits = new Limits(
                all.keyBytes(),
                all.valueBytes(),
                all.connections(),
                all.connectSeconds(),
                all.keepAliveSeconds(),
                all.receiveMaximum(),
                all.inFlight(),
                all.topicAliases(),
                all.subscriptions(),
                BUS_BYTES,
                all.sessionSeconds(),
                all.queuedEvents(),
                all.queuedBytes(),
                all.eventSeconds());
        BrokerConfig config = new BrokerConfig("test", mqtt, mqtt, null, limits, List.of(), List.of());
        EmbeddedBroker unit = EmbeddedBroker.start(config, store, WallClock.trusted(), AccessPolicy.OPEN, "test");
        units.closing(() -> {
            store.hangs.countDown();
            unit.close();
            store.close();
        });
        mqtt = unit.mqtt();
        return unit;
    }

    private RawMqtt client(Connect connect) {
        return units.closing(RawMqtt.connected(mqtt, connect));
    }

    /** Puts as fast as TCP lets it; the first writer with QoS 0, the others with QoS 1. */
    private static Thread write(RawMqtt client, int number) {
        return Thread.ofVirtual().start(() -> {
            for (int i = 1; i <= PUTS; i++) {
                client.publish("full/" + number, i + FILLER, Math.min(number, 1), true, i);
            }
        });
    }

    @Test
    void aDiskThatHangsHoldsUpPublishersOnlyAndLosesNothing() throws Exception {
        EmbeddedBroker unit = start();
        RawMqtt bystander = client(Connect.v5("bystander"));
        bystander.put("before", "1");
        List<RawMqtt> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            // an impatient keep-alive: whoever is not read cannot be blamed for its silence
            writers.add(client(Connect.of(4 + i % 2, "writer" + i).keepAlive(1)));
        }
        store.hangs = new CountDownLatch(1);
        long before = unit.counters().bytesReceived.sum();
        List<Thread> sending = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            sending.add(write(writers.get(i), i));
        }
        await("the bus is full, and stays as full as it may be, for longer than a keep-alive")
                .atMost(RawMqtt.PATIENCE)
                .during(Duration.ofSeconds(3))
                .untilAsserted(() -> {
                    assertThat(unit.counters().bytesReceived.sum() - before).isBetween((long) BUS_BYTES, MOST_TAKEN);
                    assertThat(sending).allMatch(Thread::isAlive);
                });
        bystander.pingPong();
        assertThat(bystander.snapshot(0, "before")).hasSize(1);
        for (RawMqtt writer : writers) {
            assertThat(writer.poll(Duration.ofMillis(1)))
                    .as("nothing is acknowledged")
                    .isNull();
        }

        store.hangs.countDown();
        writers.subList(1, WRITERS).forEach(BackpressureIT::expectEveryAcknowledgement);
        for (Thread thread : sending) {
            assertThat(thread.join(RawMqtt.PATIENCE)).isTrue();
        }
        writers.getFirst().pingPong();
        Map<String, String> stored = stored();
        assertThat(stored)
                .hasSize(WRITERS)
                .allSatisfy((key, value) -> assertThat(value).as(key).isEqualTo("" + PUTS));
    }

    private static void expectEveryAcknowledgement(RawMqtt writer) {
        for (int i = 1; i <= PUTS; i++) {
            Packet ack = writer.expect(Packet.PUBACK);
            assertThat(ack.id()).isEqualTo(i);
            assertThat(ack.reason()).isZero();
        }
    }

    /** Every key's value without its filler, behind all that was sent before. */
    private Map<String, String> stored() {
        RawMqtt last = client(Connect.v5("last"));
        last.put("last", "behind what was sent with QoS 0");
        return last.snapshot(0, "full/#").stream()
                .collect(Collectors.toMap(Packet::topic, packet -> packet.text().replace(FILLER, "")));
    }
}
