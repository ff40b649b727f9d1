package io.bookshelf.replica;

import static io.bookshelf.replica.BrokenInvariant.check;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.wire.Frame;
import org.jspecify.annotations.Nullable;

/**
 * How far a peer's stream has been taken on one link, and what may be claimed for it: the peer's <em>own</em> writes of its present
 * start, and those only while its stream has been taken {@link #whole}.
 */
final class StreamTaken {
    private final CoreState core;
    private final PeerLink link;
    /** Everything of the stream up to here is on disk, or was left out. */
    private long cursor;
    /** Without a gap, and without a refusal, since the peer's start began. */
    private boolean whole;
    /** An entry of it was not taken: whoever claims to hold what it refused would delete it elsewhere. Never false again. */
    private boolean refused;

    StreamTaken(CoreState core, PeerLink link) {
        this.core = core;
        this.link = link;
    }

    long cursor() {
        return cursor;
    }

    /** Goes on where the last link of this start ended. */
    void resume(Frame.Hello hello) {
        PeerMemory memory = core.memories.get(link.unit);
        if (memory != null && memory.boot() == hello.boot()) {
            cursor = memory.cursor();
            whole = memory.whole();
        }
    }

    /** The peer begins its stream; true if that is elsewhere than was expected. */
    boolean begins(long from) {
        if (from == cursor && cursor != 0) {
            return false;
        }
        cursor = from;
        whole = from <= link.hello().began() && !refused;
        return true;
    }

    /** An entry was refused. */
    void refused() {
        refused = true;
        whole = false;
    }

    /** The row to keep along with a frame. */
    PeerMemory after(Frame.Entries frame) {
        Own claimed = whole ? said(frame) : Own.NOTHING;
        return memory(frame.through(), whole, claimed);
    }

    /** The same where an entry of the stream turns out to be refused. */
    PeerMemory refusing(Frame.Entries frame) {
        return memory(frame.through(), false, Own.NOTHING);
    }

    private PeerMemory memory(long through, boolean isWhole, Own claimed) {
        PeerMemory now = new PeerMemory(
                link.hello().boot(), through, isWhole, claimed.network(), claimed.everywhere(), core.claims.epoch());
        @Nullable PeerMemory before = core.memories.get(link.unit);
        return before == null || before.boot() != now.boot() || before.epoch() != now.epoch()
                ? now
                : now.claimingAtLeast(before);
    }

    /** What the peer says that it has written; a cloud has nothing to say of what is private. */
    private Own said(Frame.Entries frame) {
        Own own = new Own(Math.max(0, frame.ownNetwork()), Math.max(0, frame.ownEverywhere()));
        return link.cloud ? own.withoutNetwork() : own;
    }

    /**
     * The second way in which claims grow: a frame is on disk, with all before it.
     *
     * @param durable whether the row that says so is, too
     * @param told left out up to here, as the peer has said
     */
    void claim(Frame.Entries frame, boolean durable, long told) {
        check(frame.from() <= Math.max(cursor, told), "nothing is claimed over a gap");
        Own claimed = whole ? said(frame) : Own.NOTHING;
        if (!claimed.isNothing()) {
            check(!refused, "nothing is claimed of a stream of which an entry was refused");
            DotClock claim = DotClock.EMPTY.with(link.hello().boot(), claimed.network(), claimed.everywhere());
            core.claims.merge(claim);
            if (durable) {
                core.claims.nowKept(claim);
            }
        }
        PeerMemory after = after(frame);
        cursor = Math.max(cursor, frame.through());
        core.memories.put(link.unit, after);
    }

    /** The peer has left out everything up to here: else the next link would have it look through all that again. */
    void leftOut(long told) {
        cursor = Math.max(cursor, told);
        core.memories.put(link.unit, memory(cursor, whole, Own.NOTHING));
    }
}
