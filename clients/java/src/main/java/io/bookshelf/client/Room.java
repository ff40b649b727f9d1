package io.bookshelf.client;

import io.bookshelf.client.wire.WireMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** How much may wait to be acknowledged: who writes without ever waiting is held up here, instead of filling the heap. */
final class Room {
    private static final int BYTES = 16 * 1024 * 1024;

    /** What a write costs besides its key and value, here and in the connection; tiny ones are many. */
    private static final int WRITE_BYTES = 512;

    private final Semaphore free = new Semaphore(BYTES);

    /** What a write takes of the room; one that is larger than all of it takes all. */
    private static int weight(WireMessage message) {
        long bytes =
                (long) WRITE_BYTES + message.topic().getBytes(StandardCharsets.UTF_8).length + message.payload().length;
        return (int) Math.min(BYTES, bytes);
    }

    /**
     * Takes room for a write.
     *
     * @param longest how long to wait for it; zero for not at all
     * @throws UnreachableException if there is none by then
     */
    void take(WireMessage message, Duration longest) {
        try {
            if (!free.tryAcquire(weight(message), longest.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new UnreachableException(
                        "more than 16 MiB of writes wait to be acknowledged: wait for some of them before writing more");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnreachableException("interrupted before there was room for the write of " + message.topic());
        }
    }

    /** Gives back what a write took. */
    void giveBack(WireMessage message) {
        free.release(weight(message));
    }
}
