package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What the time is on a machine whose clock may be wrong, and who vouches for it. */
class KernelClockTest {
    private static final Instant BUILT = Instant.parse("2026-11-01T00:00:00Z");

    private final Machine machine = new Machine();

    private static final class Machine implements KernelClock.Source {
        private Instant wall = Instant.EPOCH;
        private Duration running = Duration.ofSeconds(1_000);
        private boolean synchronised;

        @Override
        public long wallMillis() {
            return wall.toEpochMilli();
        }

        @Override
        public long nanos() {
            return running.toNanos();
        }

        @Override
        public boolean synchronised() {
            return synchronised;
        }

        void runFor(Duration time) {
            running = running.plus(time);
            wall = wall.plus(time);
        }
    }

    private KernelClock clock(boolean trusted, Instant last) {
        return new KernelClock(trusted, BUILT, last.toEpochMilli(), machine);
    }

    private static Instant now(KernelClock clock) {
        return Instant.ofEpochMilli(clock.millis());
    }

    @Test
    void aWallClockBeforeTheBuildIsReplacedByAnEstimateThatMovesOn() {
        KernelClock clock = clock(false, Instant.EPOCH);

        assertThat(now(clock)).isEqualTo(BUILT);
        machine.runFor(Duration.ofMinutes(3));
        assertThat(now(clock)).isEqualTo(BUILT.plus(Duration.ofMinutes(3)));
        assertThat(clock.known()).isFalse();
        assertThat(clock.source()).isEmpty();
        assertThat(clock.expiryMillis()).as("nothing has expired").isZero();
    }

    @Test
    void theEstimateIsNeverBeforeTheLastStampOnDisk() {
        Instant last = BUILT.plus(Duration.ofDays(100));
        machine.wall = BUILT.plus(Duration.ofDays(50));

        assertThat(now(clock(false, last))).isEqualTo(last);
    }

    @Test
    void aPlausibleWallClockIsABetterEstimateAndVouchesForNothing() {
        machine.wall = BUILT.plus(Duration.ofDays(729));
        KernelClock clock = clock(false, Instant.EPOCH);

        assertThat(now(clock)).isEqualTo(machine.wall);
        assertThat(clock.known()).isFalse();
        machine.wall = BUILT.plus(Duration.ofDays(731));
        assertThat(now(clock)).as("a clock years after the build").isEqualTo(BUILT);
    }

    @Test
    void theKernelVouchesAndIsAskedAgainAfterFiveSeconds() {
        KernelClock clock = clock(false, Instant.EPOCH);
        machine.wall = Instant.parse("2040-01-01T00:00:00Z");
        machine.synchronised = true;
        assertThat(clock.known()).isFalse();

        machine.runFor(Duration.ofSeconds(6));
        assertThat(clock.known()).isTrue();
        assertThat(clock.source()).isEqualTo("kernel");
        assertThat(now(clock)).isEqualTo(machine.wall);
        assertThat(clock.expiryMillis()).isEqualTo(clock.millis());

        machine.synchronised = false;
        machine.runFor(Duration.ofSeconds(6));
        assertThat(clock.known()).isFalse();
    }

    @Test
    void theSettingsVouchForAnyWallClock() {
        KernelClock clock = clock(true, BUILT.plus(Duration.ofDays(1)));

        assertThat(clock.known()).isTrue();
        assertThat(clock.source()).isEqualTo("settings");
        assertThat(now(clock)).isEqualTo(Instant.EPOCH);
    }

    @Test
    void aClockBeyondWhatCanBeIsNotBelievedWhoeverVouchesForIt() {
        machine.wall = Instant.parse("2099-01-01T00:00:00Z");
        machine.synchronised = true;
        for (boolean trusted : new boolean[] {true, false}) {
            KernelClock clock = clock(trusted, Instant.parse("2099-01-01T00:00:00Z"));
            assertThat(clock.known()).isFalse();
            assertThat(clock.source()).isEmpty();
            assertThat(now(clock)).as("nor is what it stamped before").isEqualTo(BUILT);
        }
    }
}
