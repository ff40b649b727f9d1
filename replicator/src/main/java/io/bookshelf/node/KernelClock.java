package io.bookshelf.node;

import io.bookshelf.bus.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/**
 * The wall clock, known when the kernel says that it is synchronised (Linux, {@code adjtimex(2)}) or when the settings vouch
 * for it; but not so long after the build that other units refuse what is stamped by it.
 *
 * <p>While it is not known, the estimate starts at the latest time that is surely past (the build, or the last stamp on disk)
 * and moves forward; a wall clock that is not before that, and not years after the build, is a better estimate and taken.
 */
final class KernelClock implements WallClock {
    /** A clock that nobody vouches for is believed this far after the build. */
    private static final Duration PLAUSIBLE = Duration.ofDays(2 * 365);

    private static final long ASK_KERNEL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final boolean trusted;
    private final long floorMillis;
    private final long plausibleMillis;
    private final long possibleMillis;
    private final Source source;
    private final long startNanos;
    private volatile boolean synchronised;
    private volatile long askedNanos;

    /** Where the time comes from. */
    interface Source {
        /** The wall clock, right or wrong, in milliseconds since the epoch. */
        long wallMillis();

        /** A clock that nobody sets, in nanoseconds since whenever. */
        long nanos();

        /** Does the kernel say that the wall clock is synchronised? */
        boolean synchronised();
    }

    /**
     * @param trusted the settings vouch for the wall clock
     * @param lastMillis the last stamp on disk, 0 for none
     */
    KernelClock(boolean trusted, Instant built, long lastMillis, Source source) {
        this.trusted = trusted;
        this.source = source;
        this.startNanos = source.nanos();
        this.plausibleMillis = built.plus(PLAUSIBLE).toEpochMilli();
        this.possibleMillis = built.plus(Build.POSSIBLE).toEpochMilli();
        this.floorMillis = Math.max(built.toEpochMilli(), lastMillis <= possibleMillis ? lastMillis : 0);
        this.synchronised = !trusted && source.synchronised();
        this.askedNanos = startNanos;
    }

    @Override
    public boolean known() {
        if (!isPossible()) {
            return false;
        }
        if (trusted) {
            return true;
        }
        long now = source.nanos();
        if (now - askedNanos > ASK_KERNEL_NANOS) {
            askedNanos = now;
            synchronised = source.synchronised();
        }
        return synchronised;
    }

    /** False where it says what cannot be. */
    boolean isPossible() {
        return source.wallMillis() <= possibleMillis;
    }

    @Override
    public long millis() {
        long wall = source.wallMillis();
        if (known()) {
            return wall;
        }
        long estimate = floorMillis + TimeUnit.NANOSECONDS.toMillis(source.nanos() - startNanos);
        return wall >= estimate && wall <= plausibleMillis ? wall : estimate;
    }

    @Override
    public String source() {
        return !known() ? "" : trusted ? "settings" : "kernel";
    }
}
