package io.bookshelf.cli.bench;

import java.util.Locale;

/**
 * What the scenarios are to do.
 *
 * @param writers connections that put at once
 * @param window puts that each of them may have unacknowledged
 * @param size bytes of a value
 * @param keys keys that puts go to
 * @param seconds how long a timed scenario counts
 * @param warmup seconds before that which are not counted
 * @param rate puts a second where latency is measured
 * @param snapshotKeys keys of a snapshot
 * @param repeats snapshots taken, for each QoS
 * @param subscribers subscribers of the fan-out
 * @param keep leave the keys in place at the end
 */
record BenchOptions(
        int writers,
        int window,
        int size,
        int keys,
        int seconds,
        int warmup,
        int rate,
        int snapshotKeys,
        int repeats,
        int subscribers,
        boolean keep) {
    private static final int MAX_KEYS = 10_000_000;

    BenchOptions {
        within("--writers", writers, 1, 1_000);
        within("--window", window, 1, 32_000);
        within("--size", size, PutTemplate.MIN_SIZE, 1 << 20);
        within("--keys", keys, 1, MAX_KEYS);
        within("--seconds", seconds, 1, 3_600);
        within("--warmup", warmup, 0, 600);
        within("--rate", rate, 1, 1_000_000);
        within("--keys-snapshot", snapshotKeys, 1, MAX_KEYS);
        within("--repeats", repeats, 1, 1_000);
        within("--subscribers", subscribers, 1, 10_000);
    }

    private static void within(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw new BenchException(
                    String.format(Locale.ROOT, "%s must be between %,d and %,d, not %,d", option, least, most, value));
        }
    }
}
