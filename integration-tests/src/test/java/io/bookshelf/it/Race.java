package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Four writers race on eight keys while twelve subscribers join: QoS 0 and 1, MQTT 3.1.1 and 5, fast and slow. A slow one
 * gets on only with the writers, so that no clock is needed to make it slow.
 */
final class Race {
    private static final int WRITERS = 4;
    private static final int KEYS = 8;
    private static final int SUBSCRIBERS = 12;
    private static final int WRITES = 2_500;
    private static final String FILLER = "x".repeat(300);

    private final Units units;
    private final UnitProcess unit;
    private final long seed;
    private final String prefix;
    private final Random random;
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final AtomicInteger writing = new AtomicInteger(WRITERS);
    private final Semaphore slowPermits = new Semaphore(0);
    private final List<Semaphore> joins = new ArrayList<>();
    private final List<Integer> joinAt = new ArrayList<>();
    private final CompletableFuture<Map<String, String>> stored = new CompletableFuture<>();

    Race(Units units, UnitProcess unit, long seed) {
        this.units = units;
        this.unit = unit;
        this.seed = seed;
        this.prefix = "race" + seed + "/";
        this.random = new Random(seed);
        for (int i = 0; i < SUBSCRIBERS; i++) {
            joins.add(new Semaphore(0));
            joinAt.add(1 + random.nextInt(WRITERS * WRITES * 3 / 4));
        }
    }

    /** Fails unless every subscriber ends with the stored value of every key, and saw none older after a newer one. */
    void run() throws Exception {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> followers = new ArrayList<>();
            for (int i = 0; i < SUBSCRIBERS; i++) {
                int number = i;
                followers.add(executor.submit(() -> {
                    follow(number);
                    return null;
                }));
            }
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                Random keys = new Random(random.nextLong());
                writers.add(executor.submit(() -> {
                    write(number, keys);
                    return null;
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            slowPermits.release(1_000_000);
            stored.complete(stored());
            assertThat(stored.join()).hasSize(KEYS);
            for (Future<?> follower : followers) {
                follower.get();
            }
        }
    }

    private void write(int number, Random keys) throws InterruptedException {
        RawMqtt client = units.client(unit, Connect.of(4 + number % 2, "racewriter" + number));
        Putter.putAll(
                client,
                WRITES,
                n -> new Putter.Put(prefix + keys.nextInt(KEYS), number + ":" + n + FILLER),
                this::acknowledged);
        writing.decrementAndGet();
    }

    private void acknowledged() {
        int count = acknowledged.incrementAndGet();
        for (int i = 0; i < SUBSCRIBERS; i++) {
            if (joinAt.get(i) == count) {
                joins.get(i).release();
            }
        }
        if (count % 5 == 0) {
            slowPermits.release();
        }
    }

    private void follow(int number) throws IOException, InterruptedException {
        joins.get(number).acquire();
        boolean slow = number % 3 == 0;
        RawMqtt client = units.closing(RawMqtt.tcp(unit.mqtt(), slow ? 16_384 : 0));
        client.connect(Connect.of(number % 4 == 3 ? 4 : 5, "race" + seed + "-" + number));
        client.sendSubscribe(1, Props.none(), number % 2, prefix + "#");
        Follower follower = new Follower("seed " + seed + ", subscriber " + number, client);
        if (slow) {
            follower.readSlowly(slowPermits, 300, () -> writing.get() == 0);
        }
        follower.readUntilItHas(stored);
    }

    private Map<String, String> stored() {
        Map<String, String> values = new HashMap<>();
        try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5(""))) {
            for (Packet packet : reader.snapshot(0, prefix + "#")) {
                values.put(packet.topic(), packet.text());
            }
        }
        return values;
    }
}
