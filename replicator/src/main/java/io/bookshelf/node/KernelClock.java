package io.bookshelf.node;

import io.bookshelf.bus.WallClock;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The wall clock, known when the kernel says that it is synchronised (Linux, {@code adjtimex(2)}) or when the settings vouch
 * for it.
 *
 * <p>While it is not known, the estimate starts at the latest time that is surely past (the build, or the last stamp on disk)
 * and moves forward; a wall clock that is not before that, and not years after the build, is a better estimate and taken.
 */
final class KernelClock implements WallClock {
    /** A clock that nobody vouches for is believed this far after the build. */
    private static final Duration PLAUSIBLE = Duration.ofDays(2 * 365);

    /** {@code adjtimex}'s answer for a clock that is not synchronised. */
    private static final int TIME_ERROR = 5;

    /** Larger than {@code struct timex} on any architecture. */
    private static final long TIMEX_BYTES = 512;

    private static final long ASK_KERNEL_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final boolean trusted;
    private final long floorMillis;
    private final long latestMillis;
    private final long startNanos = System.nanoTime();
    private final @Nullable MethodHandle adjtimex;
    private volatile boolean synchronised;
    private volatile long askedNanos;

    /**
     * @param trusted the settings vouch for the wall clock
     * @param lastMillis the last stamp on disk, 0 for none
     */
    KernelClock(boolean trusted, Instant built, long lastMillis) {
        this.trusted = trusted;
        this.floorMillis = Math.max(built.toEpochMilli(), lastMillis);
        this.latestMillis = built.plus(PLAUSIBLE).toEpochMilli();
        this.adjtimex = trusted ? null : adjtimex();
        this.synchronised = askKernel();
        this.askedNanos = System.nanoTime();
    }

    private static @Nullable MethodHandle adjtimex() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("adjtimex")
                .map(symbol ->
                        linker.downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
                .orElse(null);
    }

    private boolean askKernel() {
        if (adjtimex == null) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            // Zeroed: "modes" 0 only reads.
            int state = (int) adjtimex.invokeExact((MemorySegment) arena.allocate(TIMEX_BYTES, 8));
            return state >= 0 && state != TIME_ERROR;
        } catch (Throwable e) {
            return false;
        }
    }

    @Override
    public boolean known() {
        if (trusted) {
            return true;
        }
        long now = System.nanoTime();
        if (now - askedNanos > ASK_KERNEL_NANOS) {
            askedNanos = now;
            synchronised = askKernel();
        }
        return synchronised;
    }

    @Override
    public long millis() {
        long wall = System.currentTimeMillis();
        if (known()) {
            return wall;
        }
        long estimate = floorMillis + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
        return wall >= estimate && wall <= latestMillis ? wall : estimate;
    }

    @Override
    public String source() {
        return trusted ? "settings" : known() ? "kernel" : "";
    }
}
