package io.bookshelf.cli.bench;

import java.time.Duration;

/** What the generator itself costs: CPU time of this process since the meter was made. */
final class CpuMeter {
    private final long start = now();

    /** The cost of each of {@code operations}. */
    Measure per(String operation, long operations) {
        double micros = (now() - start) / 1e3;
        return new Measure("generator CPU", operations == 0 ? 0 : micros / operations, "µs/" + operation);
    }

    private static long now() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }
}
