package io.bookshelf.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a core streams, and what it takes of a stream for granted. */
final class CoreStreamTest {
    private static final long BOOT = Boots.of("hall", 5);
    private static final long PEER = Boots.of("attic", 9);

    private final ReplicaCore core =
            ReplicaCore.start("hall", BOOT, Map.of(), 10, 0, false, CoreSettings.DEFAULTS, new SplittableRandom(1));

    private List<Effect> step(Input input) {
        return core.step(input, 1_000);
    }

    private List<Effect> receive(Frame frame) {
        return step(new Input.Received(1, frame, 100));
    }

    private List<Effect> link(Frame.@Nullable Cursor cursor) {
        step(new Input.Opened(1, "attic", false, true));
        return receive(new Frame.Hello(1, 1, PEER, 0, cursor, true, DotClock.EMPTY, 0, false));
    }

    private static List<Frame> entries(List<Effect> effects) {
        return effects.stream()
                .filter(effect -> effect instanceof Effect.Send send && send.frame() instanceof Frame.Entries)
                .map(effect -> ((Effect.Send) effect).frame())
                .toList();
    }

    /**
     * Of two writes of a key the first is not streamed: its successor, here the peer's own, goes without saying, and the peer
     * may have forgotten it as deleted everywhere.
     */
    @Test
    void whatWasWrittenOverIsNotStreamed() {
        step(committed(11, written("k", BOOT, 11)));
        step(committed(12, written("k", PEER, 12)));
        step(committed(13, written("other", BOOT, 13)));
        assertThat(entries(link(new Frame.Cursor(BOOT, 10))))
                .containsExactly(
                        new Frame.Entries(10, 10, List.of(), 0, 0),
                        new Frame.Entries(10, 13, List.of(written("other", BOOT, 13)), 0, 13));
    }

    private static Entry written(String key, long author, long sequence) {
        return new Entry(
                Key.of(key),
                new byte[] {1},
                false,
                0,
                ValueProperties.NONE,
                new Version(sequence, author),
                sequence,
                Seen.NOTHING,
                0,
                sequence);
    }

    private static Input.Committed committed(long sequence, Entry entry) {
        boolean own = entry.version().replica() == BOOT;
        return new Input.Committed(
                List.of(new Input.Applied(entry, own ? 0 : 7)), sequence, sequence, 0, own ? entry.counter() : 11);
    }

    /** What a frame was to claim that was on its way to the disk when damage was found may be among what is lost. */
    @Test
    void aFrameThatIsCommittedAfterDamageWasFoundClaimsNothing() {
        link(null);
        Effect.Submit first = submitted(receive(new Frame.Entries(0, 1, List.of(written("k", PEER, 1)), 0, 1)));
        step(settled(first));
        assertThat(core.clock().counter(PEER, Scope.EVERYWHERE)).isEqualTo(1);
        Effect.Submit second = submitted(receive(new Frame.Entries(1, 2, List.of(written("l", PEER, 2)), 0, 2)));
        step(new Input.Damaged());
        step(settled(second));
        assertThat(core.clock().counter(PEER, Scope.EVERYWHERE)).isZero();
    }

    @Test
    void aGapIsSeenWhileWhatCameBeforeItIsOnItsWayToTheDisk() {
        link(null);
        receive(new Frame.Entries(0, 10, List.of(written("k", PEER, 10)), 0, 10));
        assertThat(receive(new Frame.Entries(20, 30, List.of(written("l", PEER, 30)), 0, 30)))
                .contains(new Effect.Close(1, "a gap in the stream"));
    }

    @Test
    void aClockThatNobodyAskedForIsNotTaken() {
        link(null);
        Frame.Roots same = Objects.requireNonNull(counted().roots());
        receive(new Frame.Clock(same, DotClock.EMPTY.with(77, 0, 5)));
        assertThat(core.clock().counter(77, Scope.EVERYWHERE)).isZero();
        receive(new Frame.Heartbeat(1, 0, 0, 0, 0, same, 1, 0, false));
        receive(new Frame.Clock(same, DotClock.EMPTY.with(77, 0, 5)));
        assertThat(core.clock().counter(77, Scope.EVERYWHERE)).isEqualTo(5);
    }

    private ReplicaCore counted() {
        step(new Input.Counted(Boots.counting(step(new Input.Tick(0, false))), List.of(), true));
        return core;
    }

    private static Effect.Submit submitted(List<Effect> effects) {
        return effects.stream()
                .filter(Effect.Submit.class::isInstance)
                .map(Effect.Submit.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static Input.Settled settled(Effect.Submit submit) {
        return new Input.Settled(
                submit.ticket(),
                submit.entries().stream()
                        .map(entry -> new Merging.Verdict(Merging.Outcome.APPLIED, null, entry, null))
                        .toList(),
                null);
    }
}
