package io.bookshelf.link;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** How long to wait before a peer is dialled again: longer each time, and never the same for two units that broke apart together. */
final class Backoff {
    private static final long FIRST_MILLIS = 250;
    private static final long LONGEST_MILLIS = 10_000;
    private static final int MOST_DOUBLINGS = 6;

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /** The next wait: between a half and the whole of a time that doubles. */
    Duration next() {
        long whole = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures, MOST_DOUBLINGS));
        failures++;
        return Duration.ofMillis(random.nextLong(whole / 2, whole + 1));
    }

    /** It went well. */
    void reset() {
        failures = 0;
    }
}
