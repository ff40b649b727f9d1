package io.bookshelf.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class HybridClockTest {
    private static final long NOW = 1_800_000_000_000L;

    @Test
    void isMovedByAStampFromElsewhereUpToTheBound() {
        HybridClock clock = new HybridClock(0);
        clock.next(NOW, 0);
        long ahead = HybridClock.stamp(NOW + HybridClock.BOUND_MILLIS) + 7;
        clock.absorb(ahead, NOW);
        assertThat(clock.last()).isEqualTo(ahead);
        assertThat(clock.next(NOW, 0)).isEqualTo(ahead + 1);
        clock.absorb(HybridClock.stamp(NOW), NOW);
        assertThat(clock.last()).as("never back").isEqualTo(ahead + 1);
    }

    @Test
    void isNotMovedByAStampFromTheFuture() {
        HybridClock clock = new HybridClock(HybridClock.stamp(NOW));
        clock.absorb(HybridClock.stamp(NOW + HybridClock.BOUND_MILLIS + 1), NOW);
        clock.absorb(-1, NOW);
        assertThat(clock.last()).isEqualTo(HybridClock.stamp(NOW));
    }

    @Test
    void givesNoStampBeyondItsCeilingWhateverTheWallClockSays() {
        HybridClock clock = new HybridClock(0, NOW);
        assertThat(clock.next(NOW + 1_000_000_000_000L, 0)).isEqualTo(HybridClock.stamp(NOW));
        HybridClock kept = new HybridClock(HybridClock.stamp(NOW + 1_000_000_000_000L), NOW);
        assertThat(kept.next(NOW, 0)).isEqualTo(HybridClock.stamp(NOW) + 1);
    }
}
