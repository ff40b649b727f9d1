package io.bookshelf.node;

import java.util.function.LongSupplier;

/**
 * Gives memory back when a unit falls quiet: a serial collector keeps what a busy time has left until the heap is full, which
 * on a unit with little memory is taken from others. To be asked at fixed intervals.
 */
final class IdleTrim {
    // Less than this in an interval is quiet: pings, a status now and then.
    private static final long QUIET_PACKETS = 1_000;
    // So much makes garbage that is worth a collection.
    private static final long WORTH_IT_PACKETS = 10_000;

    private final LongSupplier packets;
    private final Runnable trim;
    private long last;
    // The start itself leaves garbage.
    private long untrimmed = WORTH_IT_PACKETS;

    /**
     * @param packets how many packets came and went since the start
     * @param trim gives memory back
     */
    IdleTrim(LongSupplier packets, Runnable trim) {
        this.packets = packets;
        this.trim = trim;
    }

    /** An interval is over. */
    void look() {
        long now = packets.getAsLong();
        long passed = now - last;
        last = now;
        untrimmed += passed;
        if (passed < QUIET_PACKETS && untrimmed >= WORTH_IT_PACKETS) {
            untrimmed = 0;
            trim.run();
        }
    }
}
