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
    private static final String CLOCK_ROW = "01" + "fffffffffffffffd" + "0000000000000004" + "0000000000000005"
            + "0000000000000009" + "0000000000000000" + "0000000000000001";
    private static final PeerMemory MEMORY = new PeerMemory(7, 300, true, 2, 11);
    private static final String PEER_ROW =
            "0000000000000007" + "000000000000012c" + "0000000000000002" + "000000000000000b" + "01";

    private final Map<String, byte[]> rows = new TreeMap<>(Map.of(
            "clock", bytes(CLOCK_ROW),
            "peer/attic", bytes(PEER_ROW),
            "author/00000000000000aa", bytes("0000000000000001" + "0000000000000002" + "0000000000000003"),
            "start/00000000000000aa", bytes("0000000000000063"),
            "conflict/0000000000000001", bytes("00")));

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private ReplicaCore.Start read() {
        return KeptRows.read("hall", 1, rows, 100, 0, false);
    }

    @Test
    void theBytesOfTheFirstVersionAreReadAndWritten() {
        assertThat(KeptRows.row(CLOCK)).isEqualTo(bytes(CLOCK_ROW));
        assertThat(MEMORY.toBytes()).isEqualTo(bytes(PEER_ROW));
        ReplicaCore.Start start = read();
        assertThat(start.memories()).isEqualTo(Map.of("attic", MEMORY));
        assertThat(start.ended()).isEqualTo(Map.of(0xAAL, 99L));
        assertThat(start.clock()).isEqualTo(CLOCK.with(7, 2, 11).with(0xAA, 2, 3));
        assertThat(start.claims()).isTrue();
    }

    @Test
    void withoutTheClocksRowNoRowClaimsAnything() {
        rows.remove("clock");
        ReplicaCore.Start start = read();
        assertThat(start.claims()).isFalse();
        assertThat(start.clock()).isEqualTo(DotClock.EMPTY);
        assertThat(start.memories()).isEqualTo(Map.of("attic", new PeerMemory(7, 300, false, 0, 0)));
        assertThat(start.ended()).as("where a start ended claims nothing").isEqualTo(Map.of(0xAAL, 99L));
    }

    @Test
    void aStartBeganWhereTheOneBeforeItEndedThoughItHasWrittenSince() {
        assertThat(read().began()).isEqualTo(99);
        assertThat(read().sequence()).isEqualTo(100);
        rows.remove("start/00000000000000aa");
        assertThat(read().began()).as("the first there ever was").isEqualTo(100);
    }

    @Test
    void aRowThatCannotBeReadCountsAsAbsent() {
        rows.put("clock", bytes("0100"));
        rows.put("peer/attic", bytes("07"));
        rows.put("author/not hexadecimal", new byte[24]);
        rows.put("start/00000000000000aa", bytes("63"));
        ReplicaCore.Start start = read();
        assertThat(start.memories()).isEmpty();
        assertThat(start.ended()).isEmpty();
        assertThat(start.clock()).isEqualTo(DotClock.EMPTY.with(0xAA, 2, 3));
    }
}
