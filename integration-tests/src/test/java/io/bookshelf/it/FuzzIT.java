package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Mutations of real packets over TCP and WebSocket. {@code -Dbookshelf.fuzz.packets=0} goes on until it is stopped;
 * {@code -Dbookshelf.seed} repeats what was sent, though not when.
 */
@Order(1)
final class FuzzIT {
    private static final long PACKETS =
            Long.getLong("bookshelf.fuzz.packets", Boolean.getBoolean("bookshelf.full") ? 2_000_000 : 200_000);
    private static final int SENDERS = 24;
    private static final Duration SILENCE = Duration.ofMillis(40);
    private static final byte[] PING = Bytes.packet(Packet.PINGREQ, 0, new byte[0]);

    @RegisterExtension
    final Units units = Units.perTest();

    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicReference<@Nullable Throwable> problem = new AtomicReference<>();

    @Test
    void aWatchingClientIsServedThroughoutAndNothingGrows() throws Exception {
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        System.out.println("FuzzIT: -Dbookshelf.seed=" + seed + " -Dbookshelf.fuzz.packets=" + PACKETS);
        UnitProcess unit = units.start();
        RawMqtt watcher = units.client(unit, Connect.v5("watcher"));
        watcher.subscribe(1, "heartbeat");
        RawMqtt heart = units.client(unit, Connect.v5("heart"));
        fuzz(unit, new Random(seed), PACKETS == 0 ? 20_000 : PACKETS / 10);
        long heap = unit.liveHeap();
        long threads = unit.threads();
        AtomicInteger beats = new AtomicInteger();
        try (ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor()) {
            scheduler.scheduleAtFixedRate(
                    () -> heart.publish("heartbeat", "" + beats.incrementAndGet(), 0, false, 0),
                    0,
                    100,
                    TimeUnit.MILLISECONDS);
            Thread watching = Thread.ofVirtual().start(() -> watch(watcher));
            fuzz(unit, new Random(seed + 1), PACKETS == 0 ? Long.MAX_VALUE : PACKETS);
            scheduler.shutdown();
            assertThat(scheduler.awaitTermination(RawMqtt.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
            heart.publish("heartbeat", "end", 0, false, 0);
            assertThat(watching.join(Duration.ofSeconds(30)))
                    .as("the last heartbeat arrived")
                    .isTrue();
        }
        System.out.println("FuzzIT: " + sent + " packets on " + connections + " connections");
        assertThat(problem.get()).isNull();
        assertThat(unit.threads()).as("threads").isLessThanOrEqualTo(threads + 4);
        assertThat(unit.liveHeap() - heap).as("bytes of heap more").isLessThan(24L << 20);
        assertThat(units.client(unit, Connect.v4("after")).put("after", "1").id())
                .isEqualTo(77);
    }

    /** Fails when a heartbeat is missing, or late by more than patience. */
    private void watch(RawMqtt watcher) {
        try {
            for (int expected = 1; ; expected++) {
                String beat = watcher.expect(Packet.PUBLISH).text();
                if (beat.equals("end")) {
                    return;
                }
                assertThat(beat).as("heartbeat").isEqualTo("" + expected);
            }
        } catch (AssertionError | RuntimeException e) {
            problem.compareAndSet(null, e);
            ended.set(true);
        }
    }

    private void fuzz(UnitProcess unit, Random random, long packets) throws Exception {
        sent.set(0);
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            boolean web = i % 4 == 0;
            Mutator mutator = new Mutator(new Random(random.nextLong()), "fuzz" + i);
            Random choices = new Random(random.nextLong());
            senders.add(Thread.ofPlatform().start(() -> {
                while (!ended.get() && sent.get() < packets) {
                    oneConnection(unit, web, mutator, choices);
                }
            }));
        }
        for (Thread sender : senders) {
            sender.join();
        }
        if (problem.get() != null) {
            throw new AssertionError("the unit stopped serving", problem.get());
        }
        assertThat(unit.alive()).isTrue();
    }

    /**
     * Sends packets until the unit closes the connection, or waits for the rest of one. Each is followed by a ping, and
     * counts when the unit has answered that or has closed: then it has looked at the packet.
     */
    private void oneConnection(UnitProcess unit, boolean web, Mutator mutator, Random choices) {
        RawMqtt client;
        try {
            Wire.Tcp tcp = Wire.tcp(web ? unit.web() : unit.mqtt(), 0);
            client = RawMqtt.over(
                    web ? WebSocketWire.open(tcp, "127.0.0.1:" + unit.web().getPort()) : tcp);
        } catch (IOException e) {
            problem.compareAndSet(null, e);
            ended.set(true);
            return;
        }
        connections.incrementAndGet();
        try (client) {
            int version = 3 + choices.nextInt(3);
            client.send(mutator.first(version));
            boolean open = true;
            while (open && !ended.get()) {
                client.send(new Bytes().raw(mutator.next(version)).raw(PING).toArray());
                open = answersThePing(client);
                sent.incrementAndGet();
            }
        } catch (UncheckedIOException closedByTheUnit) {
            sent.incrementAndGet();
        }
    }

    /** False when the unit has closed the connection, or says nothing since it waits for more bytes. */
    private static boolean answersThePing(RawMqtt client) {
        try {
            for (Packet packet = client.poll(SILENCE); packet != null; packet = client.poll(SILENCE)) {
                if (packet.type() == Packet.PINGRESP) {
                    return true;
                }
            }
            return false;
        } catch (AssertionError closed) {
            return false;
        }
    }
}
