package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Subscribers that follow one writer from a thread of their own, every connection on one selector. They take the latency
 * of each message from the time in its payload, and check that no key goes back and that every last value arrives.
 */
final class Subscribers implements AutoCloseable {
    private static final long SILENCE = 3 * Scenario.SECOND;

    /** What the writer sent in all: the number of its last message to each key, and of its last message. */
    private record Sent(int[] lastNumbers, int messages) {}

    private final List<Subscriber> all = new ArrayList<>();
    private final Latencies latencies = new Latencies();
    private final FutureTask<Void> work;
    private final CountDownLatch subscribed = new CountDownLatch(1);

    /** Messages with a smaller number are warm-up. Set by the writer's thread, as the two below. */
    private volatile int firstCounted = Integer.MAX_VALUE;

    private volatile @Nullable Sent sent;
    private volatile boolean abandoned;

    private long received;
    private long counted;
    private long wentBack;
    private long lastArrival;

    /**
     * Subscribes {@code count} connections to everything in {@code space}.
     *
     * @param place at which broker
     *
     * @throws BenchException if the broker does not let them
     */
    Subscribers(Run run, Target place, KeySpace space, int count, int qos) {
        work = new FutureTask<>(() -> follow(run, place, space, count, qos), null);
        Thread.ofPlatform().name("bench-subscribers").start(work);
        try {
            while (!subscribed.await(100, TimeUnit.MILLISECONDS)) {
                if (work.isDone()) {
                    result();
                }
            }
        } catch (InterruptedException e) {
            abandoned = true;
            throw new BenchException("stopped", e);
        }
    }

    /** Counts messages from this number on. */
    void countFrom(int number) {
        firstCounted = number;
    }

    /** Waits until everything that the writer sent has arrived, or nothing more has for 3 s. */
    void finish(PutWriter writer, int keys) {
        int[] lastNumbers = new int[keys];
        for (int key = 0; key < keys; key++) {
            lastNumbers[key] = writer.lastNumber(key);
        }
        sent = new Sent(lastNumbers, writer.sent());
        result();
    }

    /** Counted messages that arrived, over all subscribers. After {@link #finish}, as all below. */
    long counted() {
        return counted;
    }

    /** When the last message arrived, as {@link System#nanoTime}. */
    long lastArrival() {
        return lastArrival;
    }

    Latencies latencies() {
        return latencies;
    }

    /** What did not arrive, or not in order. */
    List<String> problems() {
        Sent total = sent;
        List<String> problems = new ArrayList<>();
        if (total == null) {
            return problems;
        }
        long missingLast = all.stream().mapToLong(one -> one.missing(total)).sum();
        long skipped = (long) total.messages * all.size() - received;
        if (missingLast > 0) {
            problems.add(String.format(
                    Locale.ROOT,
                    "%,d of %,d pairs of subscriber and key never got the last value",
                    missingLast,
                    (long) total.lastNumbers.length * all.size()));
        }
        if (skipped > 0) {
            problems.add(String.format(
                    Locale.ROOT,
                    "%,d of %,d messages did not arrive%s",
                    skipped,
                    (long) total.messages * all.size(),
                    missingLast == 0 ? ", but every last value did" : ""));
        }
        if (wentBack > 0) {
            problems.add(String.format(Locale.ROOT, "%,d times a key went back to an older value", wentBack));
        }
        return problems;
    }

    @Override
    public void close() {
        abandoned = true;
    }

    private void follow(Run run, Target place, KeySpace space, int count, int qos) {
        try (Loop loop = run.loop(place)) {
            for (int i = 0; i < count; i++) {
                Subscriber subscriber = new Subscriber(space.count());
                all.add(subscriber);
                Link link = loop.connect(run.clientId("subscriber-qos" + qos + '-', i), subscriber);
                loop.subscribe(link, space.prefix() + "/#", qos);
            }
            subscribed.countDown();
            loop.runUntil(() -> abandoned || sent != null, System.nanoTime() + 7_200 * Scenario.SECOND);
            long silentFrom = Math.max(System.nanoTime(), lastArrival);
            while (!complete() && System.nanoTime() - silentFrom < SILENCE) {
                loop.runUntil(this::complete, System.nanoTime() + SILENCE / 10);
                silentFrom = Math.max(silentFrom, lastArrival);
            }
        }
    }

    private boolean complete() {
        Sent total = sent;
        return abandoned
                || total != null
                        && (received == (long) total.messages * all.size()
                                || all.stream().allMatch(one -> one.missing(total) == 0));
    }

    private void result() {
        try {
            work.get();
        } catch (InterruptedException e) {
            abandoned = true;
            throw new BenchException("stopped", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchException known
                    ? known
                    : new BenchException("the subscribers failed: " + e.getCause(), e);
        }
    }

    private final class Subscriber implements PacketHandler {
        private final int[] lastNumbers;

        Subscriber(int keys) {
            lastNumbers = new int[keys];
        }

        int missing(Sent total) {
            int missing = 0;
            for (int key = 0; key < lastNumbers.length; key++) {
                missing += lastNumbers[key] == total.lastNumbers[key] ? 0 : 1;
            }
            return missing;
        }

        @Override
        public void packet(Link link, PacketParser packet, long now) {
            if (packet.type() != Packets.PUBLISH) {
                return;
            }
            if (packet.qos() > 0) {
                link.appendAck(packet.packetId());
            }
            if (packet.payloadLength() < PutTemplate.MIN_SIZE) {
                return;
            }
            int key = packet.payloadInt(PutTemplate.KEY);
            int number = packet.payloadInt(PutTemplate.NUMBER);
            if (number < lastNumbers[key]) {
                wentBack++;
            } else {
                lastNumbers[key] = number;
            }
            received++;
            lastArrival = now;
            if (number >= firstCounted) {
                counted++;
                latencies.record(now - packet.payloadLong(PutTemplate.TIME));
            }
        }
    }
}
