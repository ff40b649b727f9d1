package io.bookshelf.store;

import io.bookshelf.schema.Scope;

/**
 * Where the store stands after a commit.
 *
 * @param sequence the last local sequence number given; grows by one with each applied entry
 * @param clock the last stamp of the hybrid clock, so that it never runs back over a restart
 * @param unitCounter the counter of this replica's last write in scope {@link Scope#UNIT}
 * @param networkCounter the same for {@link Scope#NETWORK}
 * @param everywhereCounter the same for {@link Scope#EVERYWHERE}
 * @param keys how many keys hold a value (tombstones not counted)
 */
public record Head(
        long sequence, long clock, long unitCounter, long networkCounter, long everywhereCounter, long keys) {
    /** An empty store. */
    public static final Head EMPTY = new Head(0, 0, 0, 0, 0, 0);

    /** The same with another number of keys. */
    Head withKeys(long number) {
        return new Head(sequence, clock, unitCounter, networkCounter, everywhereCounter, number);
    }

    /** The same for an author that has written nothing yet. */
    Head withoutCounters() {
        return new Head(sequence, clock, 0, 0, 0, keys);
    }

    /** This replica's counter in {@code scope}. */
    public long counter(Scope scope) {
        return switch (scope) {
            case UNIT -> unitCounter;
            case NETWORK -> networkCounter;
            case EVERYWHERE -> everywhereCounter;
        };
    }
}
