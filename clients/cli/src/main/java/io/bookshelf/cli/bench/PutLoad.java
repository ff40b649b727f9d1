package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;

/** Several {@link PutWriter}s on one thread. */
final class PutLoad {
    private static final long DRAIN_NANOS = 5_000_000_000L;

    private static final long QUIET_MILLIS = 1;

    private final Loop loop;
    private final List<PutWriter> writers = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();

    /** Connects {@code count} writers that share one order of keys. */
    PutLoad(Run run, Loop loop, String role, KeySpace space, int size, int count, int window, KeyOrder order) {
        this.loop = loop;
        loop.tick(QUIET_MILLIS);
        for (int i = 0; i < count; i++) {
            PutWriter writer = new PutWriter(run.target(), space, size, window, order);
            writers.add(writer);
            links.add(loop.connect(run.clientId(role, i), writer));
        }
    }

    /** Puts for that long. */
    void runFor(long nanos) {
        start();
        long end = System.nanoTime() + nanos;
        loop.runUntil(() -> System.nanoTime() >= end, end);
    }

    /**
     * Puts until the order of keys is exhausted and all is acknowledged, or until nothing was acknowledged for 5 s, or
     * until the deadline; returns whether all is acknowledged.
     */
    boolean runToEnd(long deadline) {
        start();
        while (!idle()) {
            long before = settled();
            long until = Math.min(deadline, System.nanoTime() + DRAIN_NANOS);
            if (!loop.runUntil(() -> idle() || settled() != before, until)) {
                return false;
            }
        }
        return true;
    }

    /** Puts no more and waits for what is in flight, 5 s at most; returns how many puts were never acknowledged. */
    long drain() {
        writers.forEach(PutWriter::finish);
        loop.runUntil(this::idle, System.nanoTime() + DRAIN_NANOS);
        return writers.stream().mapToLong(PutWriter::inFlight).sum();
    }

    void startCounting() {
        writers.forEach(PutWriter::startCounting);
    }

    long acknowledged() {
        return writers.stream().mapToLong(PutWriter::acknowledged).sum();
    }

    long refused() {
        return writers.stream().mapToLong(PutWriter::refused).sum();
    }

    Latencies latencies() {
        Latencies all = new Latencies();
        writers.forEach(writer -> all.add(writer.latencies()));
        return all;
    }

    PutWriter first() {
        return writers.getFirst();
    }

    private void start() {
        for (int i = 0; i < writers.size(); i++) {
            writers.get(i).fill(links.get(i));
            links.get(i).flush();
        }
    }

    private boolean idle() {
        for (int i = 0; i < writers.size(); i++) {
            if (!writers.get(i).idle()) {
                return false;
            }
        }
        return true;
    }

    private long settled() {
        long sum = 0;
        for (int i = 0; i < writers.size(); i++) {
            sum += writers.get(i).acknowledged() + writers.get(i).refused();
        }
        return sum;
    }
}
