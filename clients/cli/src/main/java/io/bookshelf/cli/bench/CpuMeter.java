package io.bookshelf.cli.bench;

import java.time.Duration;

/** What the generator itself costs: CPU time of this process since the meter was made. */
final class CpuMeter {
    private final long start = now();

    /** The cost of each of {@code operations}. */
    Measure per(String operation, long operations) {
        return per("generator CPU", operation, operations);
    }

    /** The cost of each of {@code operations}, under a name of its own. */
    Measure per(String name, String operation, long operations) {
        double micros = (now() - start) / 1e3;
        return new Measure(name, operations == 0 ? 0 : micros / operations, "µs/" + operation);
    }

    private static long now() {
        return ProcessHandle.current()
                .info()
                .totalCpuDuration()
                .orElse(Duration.ZERO)
                .toNanos();
    }
}
