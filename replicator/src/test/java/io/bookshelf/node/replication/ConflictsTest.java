package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The last discarded writes: bounded, and the same after a restart. */
final class ConflictsTest {
    private static final Version WINNER = new Version(1_000, 7);

    private final TreeMap<String, byte[]> kept = new TreeMap<>();
    private final Conflicts conflicts = new Conflicts(kept);

    private static Entry loser(int number, int bytes) {
        return new Entry(
                Key.of("k/" + number),
                new byte[bytes],
                bytes == 0,
                1,
                ValueProperties.NONE,
                new Version(number, 3),
                number,
                Seen.NOTHING,
                0,
                0);
    }

    /** As the unit does it: the row goes along with the write that wins, then it is added, then what is too much is dropped. */
    private void discard(Entry loser, long foundMillis) {
        kept.putAll(Conflicts.rows(loser, WINNER, foundMillis));
        conflicts.add(loser, WINNER, foundMillis).forEach((name, row) -> {
            assertThat(row).isEmpty();
            assertThat(kept.remove(name)).as(name).isNotNull();
        });
    }

    private static int[] numbers(Conflicts of) {
        return of.newest().stream()
                .mapToInt(conflict -> (int) conflict.loser().counter())
                .toArray();
    }

    @Test
    void keepsTheLast64() {
        IntStream.rangeClosed(1, 70).forEach(i -> discard(loser(i, i % 2), i));
        assertThat(numbers(conflicts))
                .isEqualTo(IntStream.rangeClosed(7, 70).map(i -> 77 - i).toArray());
        assertThat(kept).hasSize(64);
    }

    @Test
    void keepsNoMoreThanAQuarterOfAMegabyte() {
        discard(loser(1, 100_000), 1);
        discard(loser(2, 100_000), 2);
        discard(loser(3, 100_000), 3);
        assertThat(numbers(conflicts)).containsExactly(3, 2);
        discard(loser(4, 300_000), 4);
        assertThat(numbers(conflicts)).as("it alone is too much").containsExactly(3, 2);
        assertThat(kept).hasSize(2);
    }

    @Test
    void tellsOfAWriteOnce() {
        discard(loser(1, 1), 1);
        discard(loser(1, 1), 2);
        assertThat(numbers(conflicts)).containsExactly(1);
        assertThat(kept).hasSize(1);
    }

    @Test
    void isTheSameAfterARestart() {
        IntStream.rangeClosed(1, 70).forEach(i -> discard(loser(i, i % 3), 1_000 - i));
        Conflicts again = new Conflicts(kept);
        assertThat(again.newest())
                .containsExactlyInAnyOrderElementsOf(conflicts.newest())
                .allSatisfy(conflict -> assertThat(conflict.winner()).isEqualTo(WINNER));
        assertThat(numbers(again)).as("found last, first").startsWith(7, 8).endsWith(70);
        kept.put("conflict/x", new byte[] {1, 2, 3});
        assertThat(new Conflicts(kept).newest())
                .as("a row that cannot be read is left out")
                .hasSize(64);
    }

    @Test
    void whatWasKeptBeyondTheBoundIsDroppedAtTheStart() {
        for (int i = 1; i <= 70; i++) {
            kept.putAll(Conflicts.rows(loser(i, 1), WINNER, i));
        }
        Conflicts again = new Conflicts(kept);
        Map<String, byte[]> dropped = again.dropOldest();
        assertThat(dropped).hasSize(6);
        assertThat(numbers(again)).startsWith(70, 69).endsWith(7);
    }
}
