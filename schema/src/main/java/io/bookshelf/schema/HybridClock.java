package io.bookshelf.schema;

/**
 * The hybrid logical clock that stamps writes (Kulkarni et al., "Logical Physical Clocks", 2014): never runs back,
 * stays close to the wall clock, and is not dragged along by a stamp from the future.
 *
 * <p>A stamp is 48 bits of milliseconds and 16 bits of counter. Time is handed in; the clock reads none itself. Not
 * thread-safe: it belongs to the single writer.
 */
public final class HybridClock {
    /** A stamp further ahead of the wall clock than this moves nothing: 1 minute, in milliseconds. */
    public static final long BOUND_MILLIS = 60_000;

    /** The latest time that a stamp has room for. */
    public static final long GREATEST_MILLIS = (1L << 48) - 1;

    private final long ceilingMillis;
    private long last;

    /** A clock that continues after {@code last}, the greatest stamp it gave before (0 for a new one). */
    public HybridClock(long last) {
        this(last, GREATEST_MILLIS);
    }

    /**
     * The same, with a bound.
     *
     * @param ceilingMillis whatever the wall clock says, no stamp is later than this, but where it has to outdo another: who wrote
     *     later could not be taken by others
     */
    public HybridClock(long last, long ceilingMillis) {
        this.ceilingMillis = ceilingMillis;
        this.last = millis(last) > ceilingMillis ? stamp(ceilingMillis) : last;
    }

    /** The stamp whose milliseconds are {@code millis}, counter 0. */
    public static long stamp(long millis) {
        return millis << 16;
    }

    /** The milliseconds of a stamp. */
    public static long millis(long stamp) {
        return stamp >>> 16;
    }

    /** The greatest stamp given or absorbed so far. */
    public long last() {
        return last;
    }

    /**
     * The stamp of a local write: greater than every stamp given before and than {@code seen}, so that a user's write
     * always beats what they saw.
     *
     * @param wallMillis the wall clock, in milliseconds since the epoch
     * @param seen the stamp of the version that the key has now, 0 for none; one beyond the bound wins this key but does
     *     not move the clock
     */
    public long next(long wallMillis, long seen) {
        long own = max(stamp(Math.min(wallMillis, ceilingMillis)), last + 1);
        if (Long.compareUnsigned(own, seen) > 0) {
            last = own;
            return own;
        }
        long beating = seen + 1;
        if (withinBound(beating, wallMillis)) {
            last = beating;
        } else {
            last = own;
        }
        return beating;
    }

    /**
     * Takes notice of a stamp that came from elsewhere, so that what is written here from now on is greater. One further
     * ahead of the wall clock than {@link #BOUND_MILLIS} moves nothing.
     *
     * @param wallMillis the wall clock, in milliseconds since the epoch; it has to be one that can be believed
     */
    public void absorb(long stamp, long wallMillis) {
        if (withinBound(stamp, wallMillis)) {
            last = max(last, stamp);
        }
    }

    /**
     * Drops a ceiling from before the restart that lies beyond the bound, once the wall clock is known: a clock that was
     * once in the future must not stay there for ever.
     *
     * @return true if the ceiling was dropped
     */
    public boolean dropCeilingBeyondBound(long wallMillis) {
        if (withinBound(last, wallMillis)) {
            return false;
        }
        last = stamp(wallMillis);
        return true;
    }

    private static boolean withinBound(long stamp, long wallMillis) {
        return Long.compareUnsigned(millis(stamp), wallMillis + BOUND_MILLIS) <= 0;
    }

    private static long max(long a, long b) {
        return Long.compareUnsigned(a, b) >= 0 ? a : b;
    }
}
