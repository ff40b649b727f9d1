package io.bookshelf.client.pattern;

import io.bookshelf.client.BookshelfException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread that does something again and again, three times within a time to live, and whenever it is asked to. */
final class Beat implements AutoCloseable {
    private static final int BEATS_IN_A_LIFE = 3;

    private final ScheduledThreadPoolExecutor thread;
    private final Runnable task;

    Beat(String name, Duration timeToLive, Runnable task) {
        this.task = task;
        this.thread = new ScheduledThreadPoolExecutor(
                1, beat -> Thread.ofPlatform().daemon().name(name).unstarted(beat));
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        long every = Math.max(1, timeToLive.toMillis() / BEATS_IN_A_LIFE);
        var unused = thread.scheduleWithFixedDelay(this::once, every, every, TimeUnit.MILLISECONDS);
    }

    private void once() {
        try {
            task.run();
        } catch (BookshelfException notThisTime) {
            // The unit cannot be reached, or is full: the next beat tries again, and what is not refreshed expires.
        } catch (RuntimeException ofAListener) {
            // Thrown on, it would end all beats.
            Thread own = Thread.currentThread();
            own.getUncaughtExceptionHandler().uncaughtException(own, ofAListener);
        }
    }

    /** Does it now, out of turn. */
    void now() {
        if (!thread.isShutdown()) {
            thread.execute(this::once);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
