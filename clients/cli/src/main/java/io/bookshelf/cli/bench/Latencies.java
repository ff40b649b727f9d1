package io.bookshelf.cli.bench;

import org.HdrHistogram.Histogram;

/** Latencies between 1 µs and 100 s, to three digits. */
final class Latencies {
    private static final long MOST = 100_000_000_000L;

    private final Histogram nanos = new Histogram(1_000, MOST, 3);

    void record(long latencyNanos) {
        nanos.recordValue(Math.clamp(latencyNanos, 0, MOST));
    }

    void reset() {
        nanos.reset();
    }

    void add(Latencies other) {
        nanos.add(other.nanos);
    }

    Percentiles named(String name) {
        return new Percentiles(
                name,
                nanos.getTotalCount(),
                nanos.getValueAtPercentile(50) / 1e3,
                nanos.getValueAtPercentile(90) / 1e3,
                nanos.getValueAtPercentile(99) / 1e3,
                nanos.getMaxValue() / 1e3);
    }
}
