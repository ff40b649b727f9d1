package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.bus.Commit;
import io.bookshelf.replica.Effect;
import io.bookshelf.replica.Input;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.MemoryDisk;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutcomesTest {
    private static final Map<String, byte[]> ROWS = Map.of("peer/attic", new byte[] {1});

    private static final Map<String, byte[]> CLAIMING_NOTHING = Map.of("peer/attic", new byte[] {0});

    private final Outcomes outcomes = new Outcomes();
    private final Stream stream = new Stream();
    private final Fence fence = new Fence();

    private Input.Settled settled(FrameEnd end, @Nullable String refusal) {
        Commit commit = new Commit(List.of(new Commit.Outcome(end, null, 0, refusal)), 0);
        return (Input.Settled) outcomes.of(commit, new MemoryDisk().head()).getFirst();
    }

    private FrameEnd end(Map<String, byte[]> rows) {
        return end(rows, List.of());
    }

    private FrameEnd end(Map<String, byte[]> rows, List<ArrivingEntry> entries) {
        return new FrameEnd(
                new Effect.Submit(1, 1, List.of(), rows, CLAIMING_NOTHING), stream, entries, fence, () -> {});
    }

    @Test
    void aFrameBehindARefusedOneMovesNoCursorThoughItIsWellItself() {
        FrameEnd first = end(ROWS);
        FrameEnd second = end(ROWS);
        assertThat(second.kept()).isEqualTo(ROWS);
        assertThat(settled(first, "the disk is full").refused()).isEqualTo("the disk is full");
        assertThat(second.kept()).isEmpty();
        assertThat(settled(second, null).refused()).contains("before it");
    }

    /** That an entry is refused is known when it is merged, after what is to be kept was handed in; frames behind it are too. */
    @Test
    void aStreamOfWhichAnEntryWasRefusedClaimsNothingFromThatTransactionOn() {
        Entry entry = new Entry(
                Key.of("k"), new byte[] {1}, false, 0, ValueProperties.NONE, new Version(-1, 2), 3, Seen.NOTHING, 0, 0);
        MergeRules rules = new MergeRules(() -> DotClock.EMPTY, 1_000, new SimClock(new SimWorld(1), () -> 0));
        ArrivingEntry arriving = new ArrivingEntry(entry, 1, rules);
        FrameEnd first = end(ROWS, List.of(arriving));
        FrameEnd second = end(ROWS);
        assertThat(first.kept()).as("not merged yet").isEqualTo(ROWS);
        arriving.merge(null, 1, 0);
        assertThat(first.kept()).isEqualTo(CLAIMING_NOTHING);
        assertThat(second.kept()).isEqualTo(CLAIMING_NOTHING);
    }

    @Test
    void whatACoreHandedInBeforeDamageIsNotKept() {
        FrameEnd before = end(ROWS);
        assertThat(before.kept()).isEqualTo(ROWS);
        fence.close();
        assertThat(before.kept()).isEmpty();
    }

    @Test
    void aRefusedRepairLeavesTheStreamAlone() {
        assertThat(settled(end(Map.of()), "the disk is full").refused()).isNotNull();
        assertThat(settled(end(ROWS), null).refused()).isNull();
    }
}
