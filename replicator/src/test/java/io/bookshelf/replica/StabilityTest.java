package io.bookshelf.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.wire.Frame.Statement;
import org.junit.jupiter.api.Test;

/** Which of two statements of a unit is the later one. */
final class StabilityTest {
    private static final long NOW = HybridClock.stamp(1_790_000_000_000L);
    private static final long IN_2099 = HybridClock.stamp(4_080_000_000_000L);
    private static final long UNKNOWN = -1;
    private static final DotClock BEFORE = DotClock.EMPTY.with(1, 0, 5);
    private static final DotClock AFTER = BEFORE.with(2, 0, 1);

    private static Statement statement(long boot, long number, DotClock clock) {
        return new Statement("attic", boot, number, number, clock);
    }

    @Test
    void theGreaterNumberIsTheLaterOverRestartsToo() {
        Statement first = statement(1, NOW - 2, BEFORE);
        assertThat(Stability.isLater(statement(1, NOW - 1, BEFORE), first, NOW)).isTrue();
        assertThat(Stability.isLater(statement(2, NOW - 1, DotClock.EMPTY), first, NOW))
                .isTrue();
        assertThat(Stability.isLater(first, first, NOW)).isFalse();
    }

    @Test
    void aUnitIsHeardAgainAfterItsClockWasFarAhead() {
        Statement wrong = statement(1, IN_2099, BEFORE);
        Statement right = statement(2, NOW - 1, AFTER);
        assertThat(Stability.isLater(right, wrong, NOW)).isTrue();
        assertThat(Stability.isLater(wrong, right, NOW)).isFalse();
        Statement emptied = statement(2, NOW - 1, DotClock.EMPTY.with(2, 0, 1));
        assertThat(Stability.isLater(emptied, wrong, NOW)).isTrue();
        Statement stillWrong = statement(2, IN_2099 - 1, AFTER);
        assertThat(Stability.isLater(stillWrong, wrong, NOW)).isTrue();
        assertThat(Stability.isLater(right, wrong, UNKNOWN)).isFalse();
    }
}
