package io.bookshelf.replica;

import static io.bookshelf.replica.BrokenInvariant.check;

/**
 * What a peer may claim of this start's own writes as it takes the stream of one link: all of them up to a sequence, once everything
 * up to there was sent on this link or is known to be there, and nothing was left out whose successor is still to come.
 */
final class StreamOffered {
    private final CoreState core;
    /**
     * What was written again is left out: until its successor too was sent, up to here, nothing may be claimed. On a new link the
     * one before it may have left out anything that was superseded by then.
     */
    private long notBefore;
    /** Up to here the peer holds what this unit does, whichever way it came. */
    private long agreedAt;
    /** How far the store and this unit's counters had come when the page that is being read was asked for. */
    private long pageThrough;

    private Own pageOwn = Own.NOTHING;

    StreamOffered(CoreState core) {
        this.core = core;
    }

    /** A link begins its stream. */
    void begins() {
        notBefore = Math.max(notBefore, core.sequence);
    }

    /** An entry is left out, whose key was written again at a later sequence. */
    void leftOut(long successor) {
        notBefore = Math.max(notBefore, successor);
    }

    void pageAsked() {
        pageThrough = core.sequence;
        pageOwn = core.claims.own();
    }

    /** A page of the store leaves out what was written again until it was read, and what is damaged. */
    void pageRead(Input.Page page) {
        notBefore = page.damaged() ? Long.MAX_VALUE : Math.max(notBefore, page.sequence());
    }

    /** What may be claimed with the last frame of a page that ends at {@code sent}. */
    Own ofPage(long sent) {
        return sent >= pageThrough ? at(sent, pageOwn) : Own.NOTHING;
    }

    /** What may be claimed where all has been sent that there is. */
    Own ofAll(long sent) {
        return sent >= core.sequence ? at(sent, core.claims.own()) : Own.NOTHING;
    }

    /**
     * What may be claimed with everything up to {@code sent}.
     *
     * @param asOf this start's counters at a sequence no later than that
     */
    Own at(long sent, Own asOf) {
        check(
                core.claims.own().isAtLeast(asOf) || core.claims.own().isNothing(),
                "no more is offered than was written");
        // A write of another unit is left to its author to deliver; while it is under way the peer may have neither.
        boolean replaced = core.claims.oursReplacedAt() > agreedAt;
        boolean none = sent < notBefore || replaced || core.claims.own().isNothing();
        return none ? Own.NOTHING : asOf;
    }

    /** The peer holds the same as this unit. */
    void agreed() {
        check(core.sequence >= agreedAt, "the sequence never runs back");
        agreedAt = core.sequence;
    }
}
