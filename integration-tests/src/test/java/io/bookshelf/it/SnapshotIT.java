package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshot, then live: complete, ordered, no gap, and the last value that a subscriber saw is the value of the key. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Order(3)
final class SnapshotIT {

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static @Nullable UnitProcess shared;

    private static synchronized UnitProcess unit() {
        if (shared == null) {
            shared = UNITS.start();
        }
        return shared;
    }

    static LongStream seeds() {
        long first = Long.getLong("bookshelf.seed", System.nanoTime());
        return LongStream.range(first, first + (Boolean.getBoolean("bookshelf.full") ? 30 : 3));
    }

    @ParameterizedTest(name = "-Dbookshelf.seed={0}")
    @MethodSource("seeds")
    void lastSeenEqualsStoredForEverySubscriberAndKey(long seed) throws Exception {
        new Race(UNITS, unit(), seed).run();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void subscribersThatJoinWhileKeysAppearMissNone(int qos) throws Exception {
        String prefix = "gap" + qos + "/";
        int keys = 5_000;
        Semaphore join = new Semaphore(0);
        AtomicInteger acknowledged = new AtomicInteger();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> subscribers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                int number = i;
                subscribers.add(executor.submit(() -> {
                    join.acquire();
                    RawMqtt client = UNITS.client(unit(), Connect.v5("gap" + qos + "-" + number));
                    client.sendSubscribe(1, Props.none(), qos, prefix + "#");
                    Follower follower = new Follower("subscriber " + number, client);
                    follower.readUntil(() -> follower.count() == keys);
                    return null;
                }));
            }
            RawMqtt writer = UNITS.client(unit(), Connect.v5("gapwriter"));
            Putter.putAll(
                    writer,
                    keys,
                    // in no order, so that keys appear before and behind where a snapshot's scan is
                    n -> new Putter.Put(prefix + Integer.reverse(n), "v"),
                    () -> {
                        if (acknowledged.incrementAndGet() % (keys / 25) == 0) {
                            join.release();
                        }
                    });
            for (Future<?> subscriber : subscribers) {
                subscriber.get(60, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void theMarkerComesBehindTheCompleteSnapshot() throws Exception {
        RawMqtt writer = UNITS.client(unit(), Connect.v5("markerwriter"));
        Putter.putAll(writer, 3_000, n -> new Putter.Put("marker/a/" + n, "v"));
        Putter.putAll(writer, 20, n -> new Putter.Put("marker/b/" + n, "v"));
        for (int qos = 0; qos <= 1; qos++) {
            RawMqtt client = UNITS.client(unit(), Connect.v5(""));
            client.sendSubscribe(
                    1,
                    Props.none(),
                    qos,
                    "marker/a/#",
                    "$bookshelf/snapshot/first",
                    "marker/b/#",
                    "marker/none/#",
                    "$bookshelf/snapshot/second");
            assertThat(client.expect(Packet.SUBACK).reasons()).containsExactly(qos, qos, qos, qos, qos);
            List<String> topics = new ArrayList<>();
            for (int i = 0; i < 3_022; i++) {
                Packet packet = client.expect(Packet.PUBLISH);
                if (packet.qos() == 1) {
                    client.ack(Packet.PUBACK, packet.id());
                }
                topics.add(packet.topic());
                if (packet.topic().equals("$bookshelf/snapshot/first")) {
                    assertThat(packet.text()).containsPattern("\"count\":\\s*3000\\b");
                    assertThat(packet.text()).containsPattern("\"sequence\":\\s*[0-9]+");
                }
                if (packet.topic().equals("$bookshelf/snapshot/second")) {
                    assertThat(packet.text()).containsPattern("\"count\":\\s*3020\\b|\"count\":\\s*20\\b");
                }
            }
            assertThat(topics).doesNotHaveDuplicates();
            assertThat(topics.indexOf("$bookshelf/snapshot/first")).isEqualTo(3_000);
            assertThat(topics.getLast()).isEqualTo("$bookshelf/snapshot/second");
            client.pingPong();
        }
    }

    @Test
    void stalledSubscribersCostNoMemoryAndGetEveryFinalValue() throws Exception {
        UnitProcess unit = UNITS.start();
        int keys = 100_000;
        String filler = "x".repeat(100);
        RawMqtt writer = UNITS.client(unit, Connect.v5("stallwriter"));
        Putter.putAll(writer, keys, n -> new Putter.Put("stall/" + n, "first" + filler));
        List<RawMqtt> stalled = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            RawMqtt client = UNITS.closing(RawMqtt.tcp(unit.mqtt(), 4_096));
            client.connect(Connect.of(4 + i % 2, "stalled" + i));
            client.sendSubscribe(1, Props.none(), i / 2 % 2, "stall/#");
            client.expect(Packet.SUBACK);
            stalled.add(client);
        }
        long before = unit.liveHeap();
        Putter.putAll(writer, keys, n -> new Putter.Put("stall/" + n, "second" + filler));
        Putter.putAll(writer, keys, n -> new Putter.Put("stall/" + n, "last" + filler));
        // six queues of 100,000 values would be more than 100 MB
        assertThat(unit.liveHeap() - before).as("bytes of heap more").isLessThan(16L << 20);
        assertThat(unit.rss()).as("bytes of memory").isLessThan(400L << 20);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> readers = new ArrayList<>();
            for (RawMqtt client : stalled) {
                readers.add(executor.submit(() -> readToTheLastValues(client, keys)));
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
        assertThat(unit.alive()).isTrue();
    }

    private static void readToTheLastValues(RawMqtt client, int keys) {
        Map<String, Boolean> last = new HashMap<>();
        int done = 0;
        while (done < keys) {
            Packet packet = client.expect(Packet.PUBLISH);
            if (packet.qos() == 1) {
                client.ack(Packet.PUBACK, packet.id());
            }
            boolean isLast = packet.text().startsWith("last");
            Boolean earlier = last.put(packet.topic(), isLast);
            if (!isLast && earlier != null && earlier) {
                throw new AssertionError(packet + " after the last value");
            }
            if (isLast && (earlier == null || !earlier)) {
                done++;
            }
        }
        client.close();
    }
}
