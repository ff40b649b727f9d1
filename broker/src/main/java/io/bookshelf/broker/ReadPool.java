package io.bookshelf.broker;

import io.bookshelf.broker.session.SessionContext;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreException;
import io.bookshelf.store.StoreReader;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that read from the store, each with a reader of its own. A session has at most one read under way, so what
 * waits here is bounded by the number of sessions.
 */
final class ReadPool implements SessionContext.Reads, Closeable {
    private static final int THREADS = 2;

    private final LinkedBlockingQueue<Consumer<@Nullable StoreReader>> jobs = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Executor loop;
    private volatile boolean closed;

    ReadPool(StateStore store, Executor loop) {
        this.loop = loop;
        for (int i = 1; i <= THREADS; i++) {
            threads.add(Thread.ofPlatform().name("bookshelf-reader-" + i).start(() -> run(store)));
        }
    }

    private void run(StateStore store) {
        try (StoreReader reader = store.openReader()) {
            while (true) {
                Consumer<@Nullable StoreReader> job = jobs.take();
                if (closed) {
                    return;
                }
                job.accept(reader);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {
        jobs.add(reader -> {
            if (reader == null) {
                return;
            }
            try {
                T result = twice(job, reader);
                back(() -> then.accept(result));
            } catch (RuntimeException e) {
                back(() -> failed.accept(e));
            }
        });
    }

    /** A damaged file is set aside and replaced on the first failure; the second try reads the fresh one. */
    private static <T> T twice(Function<StoreReader, T> job, StoreReader reader) {
        try {
            return job.apply(reader);
        } catch (StoreException e) {
            if (e.reason() != StoreException.Reason.DAMAGED) {
                throw e;
            }
            return job.apply(reader);
        }
    }

    private void back(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has stopped, and with it whoever waited.
        }
    }

    @Override
    public void close() {
        closed = true;
        threads.forEach(thread -> jobs.add(reader -> {}));
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
