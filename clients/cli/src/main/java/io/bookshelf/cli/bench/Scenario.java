package io.bookshelf.cli.bench;

/** One thing to measure. */
sealed interface Scenario permits PutsScenario, LatencyScenario, SnapshotScenario, FanoutScenario, LoadScenario {
    /** Runs it; in bounded time, whatever the broker does. */
    Result run(Run run);

    /** A second, in nanoseconds. */
    long SECOND = 1_000_000_000L;
}
