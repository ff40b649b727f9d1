package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A time to live ends on all units that its author's unit reaches, though none of them knows the time. */
final class TimeToLiveTest {
    private static Script timeless(Script script, String... units) {
        for (String unit : units) {
            script.unit(unit).clock.timeKnown = false;
        }
        return script;
    }

    @Test
    void endsOnUnitsNoneOfWhichKnowsTheTime() {
        Script script = timeless(Script.chain("attic", "hall", "cellar"), "attic", "hall", "cellar");
        script.write("attic", "k", "for a moment", 5);
        script.until("the cellar has it", () -> script.values("cellar").containsKey("k"));
        Version version = script.entry("cellar", "k").version();
        script.run(10_000);
        for (String unit : List.of("attic", "hall", "cellar")) {
            assertThat(script.hasTombstone(unit, "k")).as(unit).isTrue();
            assertThat(script.entry(unit, "k").version()).isEqualTo(version);
        }
        script.agree();
    }

    @Test
    void whoWasCutOffLearnsOfTheEndLater() {
        Script script = timeless(Script.mesh("attic", "cellar"), "attic", "cellar");
        script.write("attic", "k", "for a moment", 5);
        script.until("the cellar has it", () -> script.values("cellar").containsKey("k"));
        script.cut("attic", "cellar");
        script.run(60_000);
        assertThat(script.values("attic")).isEmpty();
        assertThat(script.values("cellar")).as("nobody told it").containsKey("k");
        script.heal("attic", "cellar");
        script.until("the cellar knows", () -> script.values("cellar").isEmpty());
        script.agree();
    }

    @Test
    void theEndOfAnOlderValueUndoesNoneThatIsNewer() {
        Script script = timeless(Script.mesh("attic", "cellar"), "attic", "cellar");
        script.write("attic", "k", "for a moment", 5);
        script.settle();
        script.cut("attic", "cellar");
        script.write("cellar", "k", "to stay");
        script.run(10_000);
        assertThat(script.values("attic")).isEmpty();
        script.heal("attic", "cellar");
        script.agree();
        assertThat(script.values("attic")).containsEntry("k", "to stay");
        assertThat(script.isReportedLost(script.entry("cellar", "k").version())).isFalse();
    }
}
