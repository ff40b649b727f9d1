package io.bookshelf.replica;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Version;
import org.jspecify.annotations.Nullable;

/** What becomes of an entry that comes from elsewhere: last writer wins, and a delete stays a delete. */
public final class Merging {
    /** Between the latest stamp that a unit gives by its clock, that which is taken, and that which cannot be: a year each. */
    private static final long HEADROOM_MILLIS = 365L * 24 * 3_600_000;

    /** How far a write may outdo the one that it follows where there is nothing but headroom: some 65 million writes, a second. */
    private static final long STEP = HybridClock.stamp(1_000);

    private Merging() {}

    /**
     * The latest time that a unit stamps by its own clock, whatever that says: what others take, and then some.
     *
     * @param latestMillis a stamp beyond this cannot be
     */
    public static long ceilingMillis(long latestMillis) {
        return latestMillis - 2 * HEADROOM_MILLIS;
    }

    /**
     * False for a stamp that leaves no room for those who write the key later. What comes near the end of time has only to outdo
     * what the key has already; where nothing is known of the key it may have done so.
     */
    private static boolean isPossible(@Nullable Entry stored, long stamp, long latestMillis) {
        if (stored == null) {
            return !isAfter(stamp, latestMillis);
        }
        long before = stored.version().stamp();
        boolean outdoes =
                isAfter(before, latestMillis - HEADROOM_MILLIS - 1) && Long.compareUnsigned(stamp - before, STEP) <= 0;
        return outdoes || Long.compareUnsigned(stamp, before) <= 0 || !isAfter(stamp, latestMillis - HEADROOM_MILLIS);
    }

    private static boolean isAfter(long stamp, long millis) {
        return Long.compareUnsigned(HybridClock.millis(stamp), millis) > 0;
    }

    /** What an arriving entry is to this unit. */
    public enum Outcome {
        /** It takes the key. */
        APPLIED,
        /** It is here already. */
        KNOWN,
        /** The key has a greater version. */
        OLDER,
        /** The key is absent and the dot covered: it was deleted here, and the tombstone forgotten. */
        COVERED,
        /** Its stamp cannot be. */
        REFUSED
    }

    /**
     * A decision.
     *
     * @param stored what the key had, null for nothing
     * @param put what the key gets, null where nothing changes
     * @param loser the write that is discarded though its rival's author had not seen it, null for none
     */
    public record Verdict(
            Outcome outcome,
            @Nullable Entry stored,
            @Nullable Entry put,
            @Nullable Entry loser) {
        /** The version that won over the {@link #loser}, of {@code arriving} and what was stored. */
        public Version winner(Entry arriving) {
            Entry other = loser == arriving ? stored : arriving;
            return (other == null ? arriving : other).version();
        }
    }

    /**
     * Decides.
     *
     * @param stored what the key has, tombstones included
     * @param clock what this unit covers
     * @param latestMillis a stamp beyond this cannot be
     * @param expiryMillis the time by which values expire, 0 while it is not known
     */
    public static Verdict merge(
            @Nullable Entry stored, Entry arriving, DotClock clock, long latestMillis, long expiryMillis) {
        if (!isPossible(stored, arriving.version().stamp(), latestMillis)) {
            return new Verdict(Outcome.REFUSED, stored, null, null);
        }
        Entry now = arriving.deleted() || arriving.liveAt(expiryMillis) ? arriving : arriving.expired();
        if (stored == null) {
            boolean covered = clock.covers(arriving);
            if (covered) {
                // Its tombstone was forgotten here because nobody needs it any more.
                return new Verdict(arriving.deleted() ? Outcome.KNOWN : Outcome.COVERED, null, null, null);
            }
            return new Verdict(Outcome.APPLIED, null, now, null);
        }
        int order = arriving.version().compareTo(stored.version());
        if (order > 0) {
            return new Verdict(Outcome.APPLIED, stored, now, concurrent(arriving, stored) ? stored : null);
        }
        if (order == 0) {
            // Expired, or known to be deleted: the same write, with nothing left of it.
            boolean ends = now.deleted() && !stored.deleted();
            return new Verdict(ends ? Outcome.APPLIED : Outcome.KNOWN, stored, ends ? now : null, null);
        }
        boolean first = !clock.covers(arriving);
        return new Verdict(Outcome.OLDER, stored, null, first && concurrent(stored, arriving) ? arriving : null);
    }

    /** True if the winner's author had not seen the loser, and the loser is something that somebody did. */
    private static boolean concurrent(Entry winner, Entry loser) {
        boolean expired = loser.deleted() && loser.expiresAt() != 0;
        return !expired
                && winner.seen().counter(loser.version().replica()) < loser.counter()
                && winner.version().replica() != loser.version().replica();
    }
}
