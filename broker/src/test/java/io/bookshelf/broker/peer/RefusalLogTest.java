package io.bookshelf.broker.peer;

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

    private void wait(int seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void aBurstIsCutOffAndCountedAndTimeFreesLinesAgain() {
        for (int i = 1; i <= 100; i++) {
            log.say("reason " + i);
        }
        assertThat(lines).hasSize(10);
        assertThat(lines.getFirst()).isEqualTo("reason 1");
        wait(1);
        log.say("later");
        log.say("too much again");
        assertThat(lines).hasSize(11);
        assertThat(lines.getLast()).isEqualTo("later (and 90 others before that were not logged)");
        wait(3_600);
        for (int i = 1; i <= 100; i++) {
            log.say("reason " + i);
        }
        assertThat(lines).hasSize(21);
    }

    @Test
    void whatRepeatsItselfIsSaidOnceAMinuteWithACount() {
        log.say("hall");
        wait(1);
        log.say("hall");
        log.say("attic");
        wait(58);
        log.say("hall");
        assertThat(lines).containsExactly("hall", "attic");
        wait(1);
        log.say("hall");
        assertThat(lines).containsExactly("hall", "attic", "hall (and 2 times more since it was last said)");
    }

    @Test
    void aRepetitionTakesNoRoomFromOthers() {
        for (int i = 0; i < 1_000; i++) {
            log.say("hall");
        }
        log.say("attic");
        assertThat(lines).containsExactly("hall", "attic");
    }
}
