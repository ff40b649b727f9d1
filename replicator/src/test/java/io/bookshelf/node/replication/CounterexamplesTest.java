package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.store.MemoryDisk;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How other systems lost or undid what their users did, step by step, and what becomes of it here. */
final class CounterexamplesTest {
    private static final Key KEY = Key.of("k");
    /** Longer than tombstones are kept for age alone. */
    private static final long LONG_MILLIS = 120_000;

    private static final long MONTH_MILLIS = 30L * 24 * 3_600_000;

    @Test
    void aFileThatLostItsTailGivesNoDotTwiceAndHidesNothing() {
        Script script = Script.mesh("hall", "attic");
        script.write("hall", "k/kept", "1");
        script.settle();
        script.write("hall", "k/lost", "2");
        script.until("the attic has it", () -> script.row("attic", "k/lost") != null);
        Entry lost = script.entry("hall", "k/lost");

        script.unit("hall").die();
        assertThat(script.unit("hall").disk.tearLastCommit()).isTrue();
        assertThat(script.row("hall", "k/lost")).isNull();
        script.cut("hall", "attic");
        script.unit("hall").start();
        script.write("hall", "k/young", "3");
        script.run(1_000);
        Entry young = script.entry("hall", "k/young");
        assertThat(young.sequence()).as("given again").isEqualTo(lost.sequence());
        assertThat(young.version().replica()).isNotEqualTo(lost.version().replica());

        script.heal("hall", "attic");
        script.until("the attic has the young one", () -> script.row("attic", "k/young") != null);
        assertThat(script.sent).as("caught up with").anyMatch(sent -> sent.carries(Key.of("k/young")));
        script.agree();
        assertThat(script.values("hall"))
                .isEqualTo(Map.of("k/kept", "1", "k/lost", "2", "k/young", "3"))
                .isEqualTo(script.values("attic"));
    }

    @Test
    void aDeleteWhoseRelayDiedIsKeptUntilThoseHaveItThatCouldUndoIt() {
        Script script = Script.chain("attic", "hall", "cellar");
        script.write("attic", "k", "first");
        script.settle();
        script.cut("attic", "hall");
        script.write("attic", "k", "second");
        script.run(2_000);
        script.delete("cellar", "k");
        script.until("the hall has it", () -> script.hasTombstone("hall", "k"));
        Version discarded = script.entry("attic", "k").version();
        script.unit("hall").die();

        script.run(LONG_MILLIS);
        assertThat(script.hasTombstone("cellar", "k")).isTrue();
        script.world.links.connect("attic", "cellar");
        script.until("the attic has it", () -> script.hasTombstone("attic", "k"));
        script.heal("attic", "hall");
        script.unit("hall").start();
        script.agree();
        assertThat(script.values("attic")).isEmpty();
        assertThat(script.isReportedLost(discarded)).isTrue();

        script.until("nobody needs it any more", () -> Stream.of("attic", "hall", "cellar")
                .allMatch(unit -> script.row(unit, "k") == null));
        script.agree();
    }

    @Test
    void aValueThatExpiredEverywhereDoesNotUncoverAnOlderOne() {
        Script script = Script.mesh("attic", "cellar", "hall");
        script.write("attic", "k", "first");
        script.settle();
        script.cut("attic", "cellar");
        script.cut("hall", "cellar");
        script.write("cellar", "k", "older");
        script.run(1_000);
        script.write("attic", "k", "for a moment", 3);
        script.run(1_000);
        assertThat(script.values("hall")).containsEntry("k", "for a moment");

        script.run(LONG_MILLIS);
        assertThat(script.values("attic")).isEqualTo(script.values("hall")).isEmpty();
        assertThat(script.values("cellar")).containsEntry("k", "older");
        script.restart("attic");
        script.restart("hall");
        script.heal("attic", "cellar");
        script.heal("hall", "cellar");
        script.agree();
        assertThat(script.values("cellar")).isEmpty();
    }

    @Test
    void aUnitThatStartsAmidManyTombstonesIsInSyncAgain() {
        Script script = Script.mesh("attic", "cellar", "hall");
        for (int i = 10; i < 40; i++) {
            script.write("attic", "k/" + i, "a value");
        }
        script.write("attic", "z", "stays");
        script.settle();
        script.unit("hall").die();
        for (int i = 10; i < 40; i++) {
            script.delete("attic", "k/" + i);
        }
        script.run(2_000);
        script.restart("attic");
        script.until("the attic has counted", () -> script.unit("attic").core().roots() != null);
        script.unit("hall").start();
        script.agree();
        assertThat(script.values("hall")).containsOnlyKeys("z");
    }

    @Test
    void aDamagedRowIsNotTakenForADelete() {
        Script script = Script.mesh("attic", "cellar", "hall");
        for (int i = 0; i < 5; i++) {
            script.write("hall", "k/" + i, "a value");
        }
        script.settle();
        assertThat(script.unit("attic").core().clock().covers(script.entry("attic", "k/3")))
                .isTrue();
        Version before = script.entry("attic", "k/3").version();
        script.unit("attic").disk.damage(Key.of("k/3"));
        assertThat(script.row("attic", "k/3")).isNull();
        script.unit("cellar").die();
        script.unit("cellar").disk = new MemoryDisk();
        script.unit("cellar").start();

        for (int i = 0; i < 1_200; i++) {
            script.run(50);
            assertThat(script.values("hall")).as(script::transcript).containsKey("k/3");
        }
        script.agree();
        for (String unit : List.of("attic", "cellar", "hall")) {
            assertThat(script.entry(unit, "k/3").version()).as(unit).isEqualTo(before);
        }
    }

    @Test
    void aFileThatIsAMonthOldUndoesNothingAndLearnsItsOwnWritesAgain() {
        Script script = Script.mesh("attic", "cellar", "hall");
        Set.of("kept", "deleted", "changed").forEach(key -> script.write("attic", "k/" + key, "then"));
        script.settle();
        MemoryDisk image = script.unit("hall").disk.copy();
        script.world.units.values().forEach(unit -> unit.clock.skewMillis += MONTH_MILLIS);
        script.delete("cellar", "k/deleted");
        script.write("attic", "k/changed", "now");
        script.write("hall", "k/own", "now");
        script.agree();
        script.until("the delete is forgotten", () -> Stream.of("attic", "cellar", "hall")
                .allMatch(unit -> script.row(unit, "k/deleted") == null));

        script.unit("hall").die();
        script.unit("hall").disk = image;
        // What they remember of it is in their files, not in their memory.
        script.restart("attic");
        script.restart("cellar");
        assertThat(script.values("hall")).isEqualTo(Map.of("k/kept", "then", "k/deleted", "then", "k/changed", "then"));
        script.unit("hall").start();
        script.agree();
        assertThat(script.values("hall"))
                .isEqualTo(Map.of("k/kept", "then", "k/changed", "now", "k/own", "now"))
                .isEqualTo(script.values("attic"));
    }

    @Test
    void twoUnitsWithOneDiskImageAreTwoAuthors() {
        Script script = Script.mesh("attic", "cellar", "hall");
        script.write("attic", "k/old", "1");
        script.write("cellar", "k/old", "2");
        script.settle();
        script.unit("cellar").die();
        script.unit("attic").die();
        script.unit("cellar").disk = script.unit("attic").disk.copy();
        script.cut("attic", "cellar");
        script.cut("attic", "hall");
        script.unit("attic").start();
        script.unit("cellar").start();
        script.write("attic", "k/attic", "3");
        script.write("attic", "k/both", "4");
        script.run(1_000);
        script.write("cellar", "k/cellar", "5");
        script.write("cellar", "k/both", "6");
        script.run(1_000);
        Entry discarded = script.entry("attic", "k/both");
        assertThat(discarded.counter())
                .isEqualTo(script.entry("cellar", "k/both").counter());

        script.heal("attic", "cellar");
        script.heal("attic", "hall");
        script.agree();
        assertThat(script.values("hall"))
                .containsEntry("k/attic", "3")
                .containsEntry("k/cellar", "5")
                .containsEntry("k/both", "6");
        assertThat(script.isReportedLost(discarded.version())).isTrue();
    }

    @Test
    void twoUnitsUnderOneNameAreReportedAndLoseNothing() {
        Script script = Script.mesh("attic", "hall");
        script.write("attic", "k/old", "1");
        script.agree();
        script.unit("attic").die();
        SimUnit clone = new SimUnit(script.world, "attic");
        clone.disk = script.unit("attic").disk.copy();
        clone.listed(Set.of("attic", "hall"));
        script.unit("attic").start();
        script.world.units.put("clone", clone);
        clone.start();
        script.write("attic", "k/attic", "2");
        script.write("clone", "k/clone", "3");

        script.until("the hall says so", () -> Stream.of(
                        script.unit("hall").core().status().get("attic"))
                .allMatch(status -> status != null && status.note().contains("clone")));
        script.until("all have all", () -> Stream.of("attic", "clone", "hall")
                .allMatch(unit -> script.values(unit).keySet().containsAll(Set.of("k/old", "k/attic", "k/clone"))));
    }

    @Test
    void aUnitThatWasRestartedGoesOnFromWhereItsPeersWere() {
        Script script = Script.mesh("attic", "hall");
        script.write("attic", "k/old", "1");
        script.agree();
        script.unit("hall").die();
        script.write("attic", "k/young", "2");
        script.run(1_000);
        script.restart("attic");
        script.sent.clear();
        script.unit("hall").start();
        script.agree();
        assertThat(script.sent)
                .anyMatch(sent -> sent.carries(Key.of("k/young")))
                .noneMatch(sent -> sent.carries(Key.of("k/old")))
                .noneMatch(sent -> sent.frame() instanceof Frame.Descent);
    }
}
