package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How other systems failed under load, or by somebody's clock, and what becomes of it here. */
final class LoadCounterexamplesTest {
    private static final int OLD_KEYS = 10;
    private static final long YEAR_MILLIS = 365L * 24 * 3_600_000;

    @Test
    void aDescentFindsWhatDiffersThoughTheRootsNeverMatch() {
        Script script = Script.mesh(new Random(7), List.of("attic", "hall"));
        script.cut("attic", "hall");
        for (int i = 0; i < OLD_KEYS; i++) {
            script.write("attic", "old/attic/" + i, "x");
            script.write("hall", "old/hall/" + i, "x");
        }
        script.run(5_000);
        // What is older than a start is told to nobody who is not empty: only a descent finds it.
        script.restart("attic");
        script.restart("hall");
        Load load = new Load(script);
        load.begin();
        script.heal("attic", "hall");

        script.run(30_000);
        assertThat(load.written).isEqualTo(30 * 500);
        for (String unit : List.of("attic", "hall")) {
            long old = script.unit(unit).all().keySet().stream()
                    .filter(key -> key.name().startsWith("old/"))
                    .count();
            assertThat(old).as(unit).isEqualTo(2 * OLD_KEYS);
        }
        load.going = false;
        script.agree();
    }

    /** 500 writes a second on two units together, to 2,000 keys. */
    private static final class Load {
        private final Script script;
        private boolean going = true;
        private int written;

        Load(Script script) {
            this.script = script;
        }

        private void begin() {
            script.world.after(4, () -> {
                if (going) {
                    for (String unit : List.of("attic", "hall")) {
                        script.write(unit, "busy/" + script.world.random.nextInt(2_000), unit + written++);
                    }
                    begin();
                }
            });
        }
    }

    @Test
    void aCommitOfAThousandLargeValuesKeepsNoHeartbeatWaiting() {
        Script script = Script.mesh("attic", "hall");
        script.write("attic", "k", "1");
        script.agree();
        script.world.links.bytesPerMilli = 1_000;
        SimUnit attic = script.unit("attic");
        attic.largestBatch = 2_000;
        byte[] large = "0123456789".repeat(2_000).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 1_000; i++) {
            attic.write(Key.of("large/" + i), large, 0);
        }
        script.run(5_000);
        assertThat(attic.all()).as("committed").hasSize(1_001);
        // The other's disk stands still for longer than a silent link lives.
        script.unit("hall").commitMillis = 8_000;
        script.run(10_000);
        script.unit("hall").commitMillis = 0;
        script.until("all is there", () -> script.unit("hall").all().size() == 1_001);
        script.agree();
        assertThat(script.world.transcript()).noneMatch(line -> line.contains("closes the link"));
        assertThat(script.world.links.mostUnderWay()).isLessThan(200_000);
    }

    @Test
    void clocksThatAreWrongByDecadesMoveNobodyElses() {
        Script script = Script.mesh("attic", "cellar", "hall");
        SimUnit ahead = script.unit("attic");
        SimUnit behind = script.unit("cellar");
        ahead.clock.skewMillis = 30 * YEAR_MILLIS;
        behind.clock.skewMillis = -56 * YEAR_MILLIS;
        behind.clock.timeKnown = false;
        script.write("attic", "k/ahead", "1");
        script.write("attic", "k/both", "by the one ahead");
        script.write("cellar", "k/behind", "2");
        script.agree();
        assertThat(millis(script, "hall", "k/ahead")).isGreaterThan(29 * YEAR_MILLIS);

        script.write("hall", "k/own", "3");
        script.write("cellar", "k/behind-too", "4");
        script.write("hall", "k/both", "by somebody who saw the other");
        script.agree();
        assertThat(millis(script, "hall", "k/own")).isBetween(0L, script.world.now());
        assertThat(millis(script, "cellar", "k/behind-too")).isBetween(0L, script.world.now());
        assertThat(script.values("attic")).containsEntry("k/both", "by somebody who saw the other");

        ahead.die();
        ahead.clock.skewMillis = 0;
        ahead.start();
        script.write("attic", "k/right-again", "5");
        script.agree();
        assertThat(millis(script, "cellar", "k/right-again")).isBetween(0L, script.world.now());
    }

    /** What the stamp says, since everything began. */
    private static long millis(Script script, String unit, String key) {
        return HybridClock.millis(script.entry(unit, key).version().stamp()) - SimWorld.EPOCH;
    }

    @Test
    void whatAClockOf2099WritesIsTakenEverywhereAndCanBeWrittenOver() {
        Script script = Script.mesh("attic", "cellar", "hall");
        SimUnit ahead = script.unit("attic");
        ahead.clock.skewMillis = 73 * YEAR_MILLIS;
        script.write("attic", "k/2099", "1");
        script.write("hall", "k/now", "2");
        script.run(5_000);
        ahead.clock.skewMillis = 0;
        script.restart("attic");
        script.write("attic", "k/right-again", "3");
        script.write("cellar", "k/now", "4");
        script.run(30_000);

        Map<String, String> expected = new TreeMap<>(Map.of("k/now", "4", "k/right-again", "3", "k/2099", "1"));
        for (String unit : List.of("attic", "cellar", "hall")) {
            assertThat(script.values(unit)).isEqualTo(expected);
        }
        assertThat(script.transcript()).doesNotContain("an entry was refused");
        script.write("hall", "k/2099", "6");
        script.run(5_000);
        for (String unit : List.of("attic", "cellar", "hall")) {
            assertThat(script.values(unit)).containsEntry("k/2099", "6");
        }
    }

    @Test
    void oneWriteInAFullMeshIsSentOnceToEachOther() {
        for (int units : new int[] {5, 24}) {
            List<String> names =
                    IntStream.range(0, units).mapToObj("u%02d"::formatted).toList();
            Script script = Script.mesh(new Random(units), names);
            script.write("u00", "k", "0");
            script.agree();
            // By now each knows whom the others reach.
            script.run(2_000);
            script.sent.clear();
            script.write("u03", "k", "1");
            script.until("all have it", () -> names.stream()
                    .allMatch(unit -> "1".equals(script.values(unit).get("k"))));
            script.run(30_000);
            Stream<Script.Sent> carrying = script.sent.stream().filter(sent -> sent.carries(Key.of("k")));
            assertThat(carrying).as(units + " units").hasSize(units - 1).allMatch(sent -> sent.from()
                    .equals("u03"));
        }
    }
}
