package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Those who go on with their lives beside an attack: a daemon that writes keys one after the other, one that watches them, and
 * an owner who comes in by certificate again and again. How long each had to wait at most is told and not judged, but who
 * waits for longer than {@link #HOPELESS} is taken for shut out.
 */
final class Bystanders {
    static final String WATCHED = "watched/";
    private static final Duration HOPELESS = Duration.ofSeconds(90);
    private static final int KEYS = 100;

    private final AttackedUnit target;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Map<String, String> acknowledged = new TreeMap<>();
    private final Map<String, String> seen = new ConcurrentHashMap<>();
    private final Gap writing = new Gap();
    private final Gap watching = new Gap();
    private final Gap visiting = new Gap();
    private final AtomicInteger turnedAway = new AtomicInteger();
    private final CompletableFuture<Map<String, String>> written;
    private final CompletableFuture<Map<String, String>> told;
    private final CompletableFuture<Integer> visited;

    /** The longest time between two things that happened. */
    private static final class Gap {
        private final AtomicLong last = new AtomicLong(System.nanoTime());
        private final AtomicLong longest = new AtomicLong();
        private final AtomicInteger count = new AtomicInteger();

        void happened() {
            long now = System.nanoTime();
            longest.accumulateAndGet(now - last.getAndSet(now), Math::max);
            count.incrementAndGet();
        }

        @Override
        public String toString() {
            return count + " times, longest gap " + longest.get() / 1_000_000 + " ms";
        }
    }

    Bystanders(AttackedUnit target) {
        this.target = target;
        RawMqtt watcher = target.daemon("watcher");
        watcher.subscribe(1, WATCHED + "#");
        RawMqtt writer = target.daemon("writer");
        written = start(() -> write(writer));
        told = start(() -> watch(watcher));
        visited = start(this::visit);
    }

    private interface Life<T> {
        T live() throws IOException, InterruptedException;
    }

    private static <T> CompletableFuture<T> start(Life<T> life) {
        CompletableFuture<T> end = new CompletableFuture<>();
        Thread.ofPlatform().daemon().start(() -> {
            try {
                end.complete(life.live());
            } catch (IOException | InterruptedException | RuntimeException | Error e) {
                end.completeExceptionally(e);
            }
        });
        return end;
    }

    private Map<String, String> write(RawMqtt client) throws InterruptedException {
        for (int i = 0; over.getCount() > 0; i++) {
            String key = WATCHED + i % KEYS;
            String value = i + "-" + "x".repeat(i % 300);
            client.publish(key, value, 1, true, i % 65_535 + 1);
            Packet ack = client.next(HOPELESS);
            if (ack == null) {
                throw new AssertionError("no acknowledgement of write " + i + ", but the end");
            }
            assertThat(ack.type()).as("write " + i + ": " + ack).isEqualTo(Packet.PUBACK);
            assertThat(ack.reason()).as("write " + i).isLessThan(0x80);
            acknowledged.put(key, value);
            writing.happened();
            over.await(5, TimeUnit.MILLISECONDS);
        }
        client.close();
        return acknowledged;
    }

    /** Until the writer has ended and all that it wrote last has come. */
    private Map<String, String> watch(RawMqtt client) {
        long last = System.nanoTime();
        while (!written.isDone() || !seen.equals(written.join())) {
            Packet packet = client.poll(Duration.ofMillis(100));
            if (packet == null) {
                assertThat(System.nanoTime() - last)
                        .as("nothing more comes: %s", seen)
                        .isLessThan(HOPELESS.toNanos());
                continue;
            }
            last = System.nanoTime();
            assertThat(packet.type()).as("the watcher: " + packet).isEqualTo(Packet.PUBLISH);
            if (packet.qos() == 1) {
                client.ack(Packet.PUBACK, packet.id());
            }
            seen.put(packet.topic(), packet.text());
            watching.happened();
        }
        client.close();
        return seen;
    }

    /** Comes in by certificate, writes, and leaves. */
    private Integer visit() throws InterruptedException {
        long last = System.nanoTime();
        do {
            try (RawMqtt owner = target.owner("phone")) {
                owner.publish("owner/visit", "" + visiting.count, 1, true, 1);
                Packet ack = owner.within(RawMqtt.PATIENCE);
                if (ack == null || ack.type() != Packet.PUBACK || ack.reason() >= 0x80) {
                    throw new IOException("not served: " + ack);
                }
                last = System.nanoTime();
                visiting.happened();
            } catch (IOException | UncheckedIOException no) {
                turnedAway.incrementAndGet();
                if (System.nanoTime() - last > HOPELESS.toNanos()) {
                    throw new AssertionError("the owner does not get in any more", no);
                }
            }
        } while (!over.await(200, TimeUnit.MILLISECONDS));
        return visiting.count.get();
    }

    private Stream<CompletableFuture<?>> lives() {
        return Stream.of(written, told, visited);
    }

    /** Waits for that long, until the attack is over, or until something has happened to one of them or to the unit. */
    void lookOn(Duration time, BooleanSupplier attackIsOver) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end && target.unit().alive() && lives().noneMatch(CompletableFuture::isDone)) {
            over.await(100, TimeUnit.MILLISECONDS);
        }
    }

    /** Has them end; what has been acknowledged of each key last, all of which the watcher has seen. */
    Map<String, String> end() throws InterruptedException {
        over.countDown();
        for (CompletableFuture<?> life : lives().toList()) {
            try {
                life.get(2 * HOPELESS.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new AssertionError("a bystander came to harm: " + this, e);
            }
        }
        assertThat(visiting.count.get()).as("visits of the owner").isPositive();
        return acknowledged;
    }

    /** Whether the unit has all of this. */
    static void assertHas(UnitProcess unit, List<Packet> snapshot, Map<String, String> values) {
        Map<String, String> found = new TreeMap<>();
        snapshot.forEach(packet -> found.put(packet.topic(), packet.text()));
        assertThat(found).as(unit.log()).isEqualTo(values);
    }

    @Override
    public String toString() {
        return "writer: %s; watcher: %s; owner: %s, turned away %d times"
                .formatted(writing, watching, visiting, turnedAway.get());
    }
}
