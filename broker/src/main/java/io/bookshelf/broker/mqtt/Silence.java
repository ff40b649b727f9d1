package io.bookshelf.broker.mqtt;

import java.util.concurrent.TimeUnit;

/** How long nothing has come from a client. */
final class Silence {
    private final long openedAt = System.nanoTime();
    private long lastActivity = openedAt;

    /** Something has come, or the unit has let it come again. */
    void broken() {
        lastActivity = System.nanoTime();
    }

    /** True if the connection has been open for longer than so many seconds. */
    boolean isOpenFor(int seconds, long nanos) {
        return nanos - openedAt > TimeUnit.SECONDS.toNanos(seconds);
    }

    /** True if it has lasted for longer than a keep-alive of so many seconds allows; 0 allows any. */
    boolean outlasts(int keepAliveSeconds, long nanos) {
        long allowed = TimeUnit.MILLISECONDS.toNanos(keepAliveSeconds * 1_500L);
        return allowed > 0 && nanos - lastActivity > allowed;
    }
}
