package io.bookshelf.link;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class BackoffTest {
    @Test
    void waitsDoubleWithJitterUpToTenSecondsAndStartAnew() {
        for (long seed = 0; seed < 200; seed++) {
            Backoff backoff = new Backoff(new SplittableRandom(seed));
            for (int round = 0; round < 2; round++) {
                for (long whole : new long[] {250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000}) {
                    assertThat(backoff.next().toMillis()).as("seed %d", seed).isBetween(whole / 2, whole);
                }
                backoff.reset();
            }
        }
        assertThat(new SplittableRandom(0)
                        .longs(50)
                        .map(seed ->
                                new Backoff(new SplittableRandom(seed)).next().toMillis())
                        .distinct()
                        .count())
                .isGreaterThan(10);
    }
}
