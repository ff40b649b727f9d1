package io.bookshelf.cli.bench;

import java.util.concurrent.locks.LockSupport;

/**
 * Puts at a fixed rate, whatever the broker does: a put that could not leave in time carries the time at which it should
 * have, so that a broker's pause counts against every put that it delayed (coordinated omission).
 */
final class PacedWriter {
    /** A parked thread wakes up to 50 µs late, and later on a busy machine: park until shortly before, then spin. */
    private static final long SPIN_NANOS = 80_000;

    private static final long DRAIN_NANOS = 5 * Scenario.SECOND;

    private final Loop loop;
    private final PutWriter writer;
    private final Link link;
    private final long interval;
    private final Latencies lateness = new Latencies();

    PacedWriter(Run run, Loop loop, KeySpace space, int rate) {
        this.loop = loop;
        this.writer = new PutWriter(run.target(), space, run.options().size(), 0, KeyOrder.cycle(space.count()));
        this.link = loop.connect(run.clientId("paced", 0), writer);
        this.interval = Scenario.SECOND / rate;
    }

    /** Puts {@code messages} times; gives up when it lags behind by more than 10 s. */
    void run(long messages) {
        long start = System.nanoTime() + interval;
        for (long i = 0; i < messages; i++) {
            long intended = start + i * interval;
            await(intended);
            lateness.record(System.nanoTime() - intended);
            if (!loop.runUntil(() -> writer.mayPut(link), intended + Loop.ANSWER_NANOS)) {
                throw new BenchException("the broker has stopped acknowledging puts at a fixed rate");
            }
            writer.put(link, intended, System.nanoTime());
        }
    }

    /** Waits for the last acknowledgements, 5 s at most; returns how many never came. */
    long drain() {
        writer.finish();
        loop.runUntil(writer::idle, System.nanoTime() + DRAIN_NANOS);
        return writer.inFlight();
    }

    PutWriter writer() {
        return writer;
    }

    /** By how much puts left later than intended: the generator's own error. */
    Latencies lateness() {
        return lateness;
    }

    private void await(long time) {
        loop.poll();
        long left = time - System.nanoTime();
        if (left > SPIN_NANOS) {
            LockSupport.parkNanos(left - SPIN_NANOS);
            loop.poll();
        }
        while (System.nanoTime() < time) {
            Thread.onSpinWait();
        }
    }
}
