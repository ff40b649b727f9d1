package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import java.util.function.Predicate;

/**
 * Which tombstones are to be forgotten. They are looked at in the order of their sequences; the first that is younger than
 * {@code ageMillis} ends the search (there may be very many of them), unless its stamp is from the future.
 *
 * @param after those up to this sequence are passed over
 * @param through the last sequence to look at
 * @param nowMillis the time, milliseconds since the epoch
 * @param ageMillis how long ago the delete has to be at least, in milliseconds
 * @param most how many to look at
 * @param mayForget the last word on each
 */
public record TombstoneSearch(
        long after, long through, long nowMillis, long ageMillis, int most, Predicate<Entry> mayForget) {

    /** What is to become of a tombstone that is looked at. */
    enum Verdict {
        FORGET,
        KEEP,
        END
    }

    Verdict judge(Entry tombstone) {
        long millis = tombstone.version().millis();
        if (millis > nowMillis + HybridClock.BOUND_MILLIS) {
            return Verdict.KEEP;
        }
        if (millis >= nowMillis - ageMillis) {
            return Verdict.END;
        }
        return mayForget.test(tombstone) ? Verdict.FORGET : Verdict.KEEP;
    }

    /**
     * What came of a search.
     *
     * @param forgotten how many are forgotten
     * @param next the sequence to go on after; 0 when the search has come to its end, and is to begin anew
     */
    public record Result(int forgotten, long next) {}
}
