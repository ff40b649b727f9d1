package io.bookshelf.node;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** The clocks of this machine, and what its kernel says of them; {@code adjtimex(2)}. */
final class LinuxTime implements KernelClock.Source {
    /** {@code adjtimex}'s answer for a clock that is not synchronised. */
    private static final int TIME_ERROR = 5;

    /** Larger than {@code struct timex} on any architecture. */
    private static final long TIMEX_BYTES = 512;

    private final @Nullable MethodHandle adjtimex = adjtimex();

    private static @Nullable MethodHandle adjtimex() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("adjtimex")
                .map(symbol ->
                        linker.downcallHandle(symbol, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS)))
                .orElse(null);
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public boolean synchronised() {
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
}
