package io.bookshelf.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.DotClock;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a core finds in the kept rows when it starts. These bytes stand for ever: later versions read them. */
final class KeptRowsTest {
    private static final DotClock CLOCK = DotClock.EMPTY.with(-3, 4, 5).with(9, 0, 1);
    private static final String CLOCK_BYTES = "fffffffffffffffd" + "0000000000000004" + "0000000000000005"
            + "0000000000000009" + "0000000000000000" + "0000000000000001";
    private static final String FIRST_CLOCK_ROW = "01" + CLOCK_BYTES;
    private static final String CLOCK_ROW =
            "02" + "0000000000000e01" + "00000000000000aa" + "0000000000000f01" + CLOCK_BYTES;
    private static final PeerMemory FIRST_MEMORY = new PeerMemory(7, 300, true, 2, 11, 0);
    private static final String FIRST_PEER_ROW =
            "0000000000000007" + "000000000000012c" + "0000000000000002" + "000000000000000b" + "01";
    private static final PeerMemory MEMORY = new PeerMemory(7, 300, true, 2, 11, 0xE01);
    private static final String PEER_ROW = FIRST_PEER_ROW + "0000000000000e01";

    private final Map<String, byte[]> rows = new TreeMap<>(Map.of(
            "clock", bytes(CLOCK_ROW),
            "peer/attic", bytes(PEER_ROW),
            "author/00000000000000aa", bytes("0000000000000001" + "0000000000000002" + "0000000000000003"),
            "author/00000000000000bb", bytes("0000000000000001" + "0000000000000007" + "0000000000000008"),
            "start/00000000000000aa", bytes("0000000000000063"),
            "conflict/0000000000000001", bytes("00")));

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private KeptRows.Found read() {
        return KeptRows.read(rows);
    }

    @Test
    void theBytesOfTheFirstVersionAreRead() {
        rows.put("clock", bytes(FIRST_CLOCK_ROW));
        rows.put("peer/attic", bytes(FIRST_PEER_ROW));
        KeptRows.Found found = read();
        assertThat(found.claims()).isTrue();
        assertThat(found.epoch()).isZero();
        assertThat(found.memories()).isEqualTo(Map.of("attic", FIRST_MEMORY));
        assertThat(found.clock())
                .isEqualTo(CLOCK.with(7, 2, 11).with(0xAA, 2, 3).with(0xBB, 7, 8));
        assertThat(FIRST_MEMORY.toBytes()).as("until something is given up").isEqualTo(bytes(FIRST_PEER_ROW));
    }

    @Test
    void theBytesOfThisVersionAreReadAndWritten() {
        assertThat(KeptRows.row(new Claims.Row(0xE01, 0xAA, 0xF01, CLOCK))).isEqualTo(bytes(CLOCK_ROW));
        assertThat(MEMORY.toBytes()).isEqualTo(bytes(PEER_ROW));
        KeptRows.Found found = read();
        assertThat(found.claims()).isTrue();
        assertThat(found.epoch()).isEqualTo(0xE01);
        assertThat(found.revocations()).isEqualTo(0xF01);
        assertThat(found.memories()).isEqualTo(Map.of("attic", MEMORY));
        assertThat(found.ended()).isEqualTo(Map.of(0xAAL, 99L));
        assertThat(found.clock())
                .as("of earlier starts only the one that wrote the row of the clock")
                .isEqualTo(CLOCK.with(7, 2, 11).with(0xAA, 2, 3));
    }

    @Test
    void withoutTheClocksRowNoRowClaimsAnything() {
        rows.remove("clock");
        KeptRows.Found found = read();
        assertThat(found.claims()).isFalse();
        assertThat(found.clock()).isEqualTo(DotClock.EMPTY);
        assertThat(found.memories()).isEqualTo(Map.of("attic", new PeerMemory(7, 300, false, 0, 0, 0)));
        assertThat(found.ended()).as("where a start ended claims nothing").isEqualTo(Map.of(0xAAL, 99L));
    }

    /** Whoever wrote it, and when: what was given up since is not claimed. */
    @Test
    void noRowOfAnotherEpochThanTheClocksClaimsAnything() {
        rows.put("clock", KeptRows.row(new Claims.Row(0xE02, 0, 0, DotClock.EMPTY)));
        rows.put("peer/cellar", bytes(FIRST_PEER_ROW));
        KeptRows.Found found = read();
        assertThat(found.claims()).isTrue();
        assertThat(found.clock()).isEqualTo(DotClock.EMPTY);
        assertThat(found.memories().values())
                .allMatch(memory -> !memory.whole() && memory.ownEverywhere() == 0 && memory.cursor() == 300);
    }

    @Test
    void aStartBeganWhereTheOneBeforeItEndedThoughItHasWrittenSince() {
        assertThat(read().began(100)).isEqualTo(99);
        rows.remove("start/00000000000000aa");
        assertThat(read().began(100)).as("the first there ever was").isEqualTo(100);
    }

    @Test
    void aRowThatCannotBeReadCountsAsAbsent() {
        rows.put("peer/attic", bytes("07"));
        rows.put("author/not hexadecimal", new byte[24]);
        rows.put("start/00000000000000aa", bytes("63"));
        KeptRows.Found found = read();
        assertThat(found.memories()).isEmpty();
        assertThat(found.ended()).isEmpty();
        assertThat(found.clock()).isEqualTo(CLOCK.with(0xAA, 2, 3));
        rows.put("clock", bytes("0100"));
        assertThat(read().clock()).isEqualTo(DotClock.EMPTY);
        rows.put("clock", bytes("0200"));
        assertThat(read().claims()).isFalse();
    }
}
