package io.bookshelf.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.bus.Commit;
import io.bookshelf.replica.Input;
import io.bookshelf.store.MemoryDisk;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class OutcomesTest {
    private static final Map<String, byte[]> ROWS = Map.of("peer/attic", new byte[] {1});

    private final Outcomes outcomes = new Outcomes();
    private final Stream stream = new Stream();

    private Input.Settled settled(FrameEnd end, @Nullable String refusal) {
        Commit commit = new Commit(List.of(new Commit.Outcome(end, null, 0, refusal)), 0);
        return (Input.Settled) outcomes.of(commit, new MemoryDisk().head()).getFirst();
    }

    private FrameEnd end(Map<String, byte[]> rows) {
        return new FrameEnd(1, stream, List.of(), rows, () -> {});
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

    @Test
    void aRefusedRepairLeavesTheStreamAlone() {
        assertThat(settled(end(Map.of()), "the disk is full").refused()).isNotNull();
        assertThat(settled(end(ROWS), null).refused()).isNull();
    }
}
