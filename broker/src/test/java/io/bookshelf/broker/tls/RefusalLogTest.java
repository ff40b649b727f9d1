package io.bookshelf.broker.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whoever is outside cannot fill the log. */
final class RefusalLogTest {
    private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);
    private final List<String> lines = new ArrayList<>();
    private final RefusalLog log = new RefusalLog(() -> now, lines::add);

    @Test
    void aBurstIsCutOffAndCountedAndTimeFreesLinesAgain() {
        for (int i = 1; i <= 100; i++) {
            log.refused("somebody", "reason " + i);
        }
        assertThat(lines).hasSize(10);
        assertThat(lines.getFirst()).isEqualTo("somebody refused: reason 1");
        now += TimeUnit.SECONDS.toNanos(1);
        log.refused("somebody", "later");
        log.refused("somebody", "too much again");
        assertThat(lines).hasSize(11);
        assertThat(lines.getLast()).isEqualTo("somebody refused: later (and 90 more before that were not logged)");
        now += TimeUnit.SECONDS.toNanos(3_600);
        for (int i = 1; i <= 100; i++) {
            log.refused("somebody", "reason " + i);
        }
        assertThat(lines).hasSize(21);
    }
}
