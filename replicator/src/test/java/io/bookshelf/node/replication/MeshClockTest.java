package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.bus.WallClock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the time is for a unit, by its own clock and those of its peers. */
final class MeshClockTest {
    private final Machine machine = new Machine();
    private final MeshClock clock = new MeshClock(machine);

    private static final class Machine implements WallClock {
        private long millis = 1_000;
        private boolean known;

        @Override
        public long millis() {
            return millis;
        }

        @Override
        public boolean known() {
            return known;
        }

        @Override
        public String source() {
            return known ? "kernel" : "";
        }
    }

    @Test
    void isUnknownWhileNobodyKnowsTheTime() {
        clock.peersAreAhead(List.of());
        assertThat(clock.known()).isFalse();
        assertThat(clock.millis()).isEqualTo(1_000);
        assertThat(clock.source()).isEmpty();
        assertThat(clock.expiryMillis()).as("nothing has expired").isZero();
    }

    @Test
    void isTheMedianOfThePeersWhileTheKernelDoesNotKnow() {
        clock.peersAreAhead(List.of(-900L, 50_000L, 1_000_000_000L));
        assertThat(clock.known()).isTrue();
        assertThat(clock.source()).isEqualTo("peers");
        assertThat(clock.millis()).isEqualTo(51_000);
        machine.millis += 10;
        assertThat(clock.millis()).isEqualTo(51_010);
        // From now on the peers are as far ahead of what this clock says, not of what the machine says.
        clock.peersAreAhead(List.of(-50_900L, 5L, 999_950_000L));
        assertThat(clock.millis()).isEqualTo(51_015);
    }

    @Test
    void ofTwoPeersBelievesTheEarlier() {
        clock.peersAreAhead(List.of(7L, 1_000_000_000L));
        assertThat(clock.millis()).isEqualTo(1_007);
    }

    @Test
    void staysWhereThePeersPutItWhenTheyAreGone() {
        clock.peersAreAhead(List.of(50_000L));
        clock.peersAreAhead(List.of());
        assertThat(clock.millis()).isEqualTo(51_000);
        assertThat(clock.known()).isTrue();
    }

    @Test
    void isTheKernelsOnceThatKnowsWhateverThePeersSay() {
        clock.peersAreAhead(List.of(50_000L));
        machine.known = true;
        assertThat(clock.millis()).isEqualTo(1_000);
        assertThat(clock.source()).isEqualTo("kernel");
        clock.peersAreAhead(List.of(50_000L));
        assertThat(clock.millis()).isEqualTo(1_000);
        machine.known = false;
        assertThat(clock.known()).as("what the peers said before is forgotten").isFalse();
        assertThat(clock.millis()).isEqualTo(1_000);
    }
}
