package io.bookshelf.replica;

import static io.bookshelf.replica.BrokenInvariant.check;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Scope;

/**
 * All that this unit claims to cover. What is absent here though covered counts as deleted, here and at whoever is told: so a claim
 * may be too small, never too great. It grows in three ways only: {@link #own}, {@link StreamTaken#claim} and {@link #agreed};
 * and goes in one: {@link #giveUp}.
 */
final class Claims {
    private final long boot;
    /** What others wrote. Covers nothing of this start, which is {@link #own} alone. */
    private DotClock held;
    /** The part of {@link #held} that a crash does not take away: {@link #held} covers it. */
    private DotClock kept;
    /** What this start wrote; grows only. */
    private Own own = Own.NOTHING;
    /** False once a write of this start may be among what is lost: never true again. */
    private boolean claimsOwn = true;
    /**
     * Every row that claims something names an epoch, and counts only beside a row of the clock of the same epoch: whatever else
     * is on disk, and whoever wrote it, a new epoch takes it back. Another one after each {@link #giveUp}.
     */
    private long epoch;

    private int givenUp;
    /** What was revoked when these claims were learned; see {@link #listensTo}. */
    private long revocations;
    /** The row of the clock on disk is of this epoch; until then nothing of others is {@link #kept}. */
    private boolean epochKept;
    /** The row of the clock on disk lets this start's counters count at the next one. */
    private boolean ownKept;
    /** The sequence at which a write of this start was last replaced by another author's; see {@link StreamOffered}. */
    private long oursReplacedAt;

    private DotClock sum;

    Claims(long boot, KeptRows.Found found) {
        this.boot = boot;
        this.held = found.clock().without(boot);
        this.kept = held;
        this.sum = held;
        this.epochKept = found.claims();
        this.epoch = found.claims() ? found.epoch() : boot;
        this.revocations = found.revocations();
    }

    /** Everything that is covered. */
    DotClock clock() {
        return sum;
    }

    /** What is covered of it that a crash does not take away. */
    DotClock kept() {
        return with(kept);
    }

    /** What this start has written, as far as it may be claimed. */
    Own own() {
        return claimsOwn ? own : Own.NOTHING;
    }

    long epoch() {
        return epoch;
    }

    long revocations() {
        return revocations;
    }

    private DotClock with(DotClock others) {
        Own mine = own();
        return others.with(boot, mine.network(), mine.everywhere());
    }

    /** The first way: this unit's own writes. */
    void own(Own now) {
        check(now.isAtLeast(own), "an author's counters never run back");
        own = now;
        sum = with(held);
    }

    /**
     * The third way: a peer's whole clock, at a moment at which both hold the same. What it says of this very start is left out:
     * nobody knows more of that than this unit.
     */
    void agreed(DotClock theirs) {
        merge(theirs.without(boot));
    }

    void merge(DotClock theirs) {
        check(
                theirs.counter(boot, Scope.NETWORK) == 0 && theirs.counter(boot, Scope.EVERYWHERE) == 0,
                "nobody else claims what this start wrote");
        held = held.merge(theirs);
        sum = with(held);
    }

    /** A claim that was kept in the row of a peer's stream. */
    void nowKept(DotClock claim) {
        if (epochKept) {
            kept = kept.merge(claim);
            check(held.covers(kept), "what is kept is held");
        }
    }

    /**
     * Something may be lost, or was learned of somebody who may have lied: nothing of others is claimed any more.
     *
     * @param ownToo nor anything of this start's own, since one of those writes may be among what is lost
     */
    void giveUp(boolean ownToo) {
        held = DotClock.EMPTY;
        kept = DotClock.EMPTY;
        claimsOwn &= !ownToo;
        epoch = boot + ++givenUp;
        epochKept = false;
        ownKept = false;
        sum = with(held);
    }

    /** The same, because other certificates are revoked now. */
    void revoked(long now) {
        giveUp(false);
        revocations = now;
    }

    /** True if what this peer says of others may be claimed: it has given up, as this unit has, what the revoked ones said. */
    boolean listensTo(long itsRevocations) {
        return itsRevocations == revocations;
    }

    /** A write of this start has been replaced by another author's, in the commit behind this sequence. */
    void oursReplaced(long sequence) {
        check(sequence >= oursReplacedAt, "replaced in the order of the sequence");
        oursReplacedAt = sequence;
    }

    long oursReplacedAt() {
        return oursReplacedAt;
    }

    /** True if the row without which no other row claims anything is not there: it is to be written soon. */
    boolean isUrgent() {
        return !epochKept;
    }

    /** True if the row on disk says less than it may. */
    boolean isDue() {
        return !epochKept || !kept.covers(held) || !ownKept && !own().isNothing();
    }

    /** The row of the clock as of now. */
    Row row() {
        return new Row(epoch, claimsOwn ? boot : 0, revocations, held);
    }

    /** A row of the clock, and with it every row of its epoch, is on disk. */
    void rowKept(Row row) {
        if (row.epoch == epoch) {
            epochKept = true;
            ownKept = row.author == boot && claimsOwn;
            kept = kept.merge(row.clock);
            check(held.covers(kept), "what is kept is held");
        }
    }

    /**
     * The row of the clock.
     *
     * @param epoch rows of others count only beside it
     * @param author the start whose counters, as the store keeps them when it has ended, are to be added; 0 for none
     * @param revocations what was revoked when all this was learned
     * @param clock what is covered
     */
    record Row(long epoch, long author, long revocations, DotClock clock) {}
}
