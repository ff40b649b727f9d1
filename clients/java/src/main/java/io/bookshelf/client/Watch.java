package io.bookshelf.client;

import io.bookshelf.client.wire.WireMessage;
import io.bookshelf.schema.Version;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What changes under some filters: first the current value of every key that matches, then {@link WatchEvent.Complete},
 * then each change. After an interruption it goes on by itself with what is different, as current values.
 *
 * <p>A reader that is slow holds nobody up and costs bounded memory: of a key that changes again before it was read, only
 * the newest value waits, and where more than 16 MiB wait, the rest is left with the unit until they have been read. So
 * values in between may be missed, the last one never. What it has told of which key is remembered (some 150 bytes a key).
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="watch" :
 * // @start region="watch"
 * try (Watch watch = shelf.watch("lights/#")) {
 *     while (true) {
 *         switch (watch.take()) {
 *             case WatchEvent.Changed changed -> System.out.println(changed.entry());
 *             case WatchEvent.Deleted deleted -> System.out.println(deleted.key() + " is gone");
 *             case WatchEvent.Complete complete -> System.out.println(complete.count() + " keys, that was all");
 *             case WatchEvent.Interrupted interrupted -> System.out.println(interrupted.reason());
 *         }
 *     }
 * }
 * // @end
 * }
 * }
 * }
 */
public final class Watch implements AutoCloseable {
    private static final long WAITING_BYTES = 16L * 1024 * 1024;
    private static final int EVENT_BYTES = 200;

    /** In place of a key, for events that are about none; no topic's name is empty or starts so. */
    private static final String COMPLETE = "\0complete";

    private static final String INTERRUPTED = "\0interrupted";

    private final Engine engine;
    private final Feed feed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition somethingNew = lock.newCondition();

    // All of what follows is guarded by the lock.
    private final LinkedHashMap<String, WatchEvent> waiting = new LinkedHashMap<>();
    private final Map<String, Optional<Version>> told = new HashMap<>();
    private final Set<String> doubtful = new HashSet<>();
    private final Expiries expiries = new Expiries(System.nanoTime());
    private Runnable cancelExpiry = () -> {};
    private long waitingBytes;
    private boolean inSnapshot = true;
    private boolean resting;
    private @Nullable BookshelfException end;

    private volatile boolean closed;

    Watch(Engine engine, List<String> filters) {
        this.engine = engine;
        this.feed = new Feed(List.copyOf(filters));
    }

    void start() {
        engine.add(feed);
    }

    /**
     * Waits for what happens next.
     *
     * @throws RefusedException if the unit lets nobody with this client's rights read under the filters
     * @throws UnreachableException once the watch or its client has been closed
     * @throws InterruptedException if the waiting thread is interrupted
     * @throws IllegalStateException on the client's own thread, which brings the events and cannot wait for one
     */
    public WatchEvent take() throws InterruptedException {
        while (true) {
            Optional<WatchEvent> event = poll(Duration.ofDays(1));
            if (event.isPresent()) {
                return event.get();
            }
        }
    }

    /**
     * As {@link #take}, but not longer than this; empty if nothing has happened. The client's own thread may ask without
     * waiting, by {@link Duration#ZERO}.
     */
    public Optional<WatchEvent> poll(Duration longest) throws InterruptedException {
        long nanos = longest.toNanos();
        if (nanos > 0) {
            engine.mayWait();
        }
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                if (end != null) {
                    throw end;
                }
                if (nanos <= 0) {
                    return Optional.empty();
                }
                nanos = somethingNew.awaitNanos(nanos);
            }
            Iterator<WatchEvent> events = waiting.values().iterator();
            WatchEvent event = events.next();
            events.remove();
            waitingBytes -= weight(event);
            if (resting && waiting.isEmpty() && end == null) {
                resting = false;
                engine.add(feed);
            }
            return Optional.of(event);
        } finally {
            lock.unlock();
        }
    }

    /** Ends it; who waits in {@link #take} gets an {@link UnreachableException}. */
    @Override
    public void close() {
        // In this order: who takes what waits meanwhile must not subscribe again behind it.
        closed = true;
        feed.failed(new UnreachableException("this watch has been closed"));
        engine.remove(feed);
    }

    /** Has whoever watches ended it, or the client? */
    boolean isClosed() {
        return closed || engine.isClosed();
    }

    private static long weight(WatchEvent event) {
        return EVENT_BYTES
                + (event instanceof WatchEvent.Changed changed ? changed.entry().size() : 0);
    }

    private void offer(String key, WatchEvent event) {
        // What replaces an older event of the same key keeps its place, so that the end of a snapshot stays behind it.
        WatchEvent before = waiting.put(key, event);
        waitingBytes += weight(event) - (before == null ? 0 : weight(before));
        somethingNew.signalAll();
    }

    /** The engine's side. */
    private final class Feed implements Interest {
        private final List<String> filters;

        Feed(List<String> filters) {
            this.filters = filters;
        }

        @Override
        public List<String> filters() {
            return filters;
        }

        @Override
        public void started() {
            locked(() -> {
                inSnapshot = true;
                doubtful.clear();
                doubtful.addAll(told.keySet());
            });
        }

        @Override
        public void received(WireMessage message) {
            locked(() -> {
                if (resting || end != null) {
                    return;
                }
                if (message.payload().length == 0) {
                    deleted(message.topic());
                } else {
                    changed(message);
                }
                if (waitingBytes > WAITING_BYTES) {
                    resting = true;
                    engine.remove(this);
                }
            });
        }

        private void changed(WireMessage message) {
            Entry entry = new Entry(
                    message.topic(), message.payload(), message.properties(), message.expirySeconds(), Instant.now());
            doubtful.remove(entry.key());
            Optional<Version> before = told.put(entry.key(), entry.version());
            if (entry.expires().isPresent()) {
                expiries.set(entry.key(), entry.expiresNanos());
            } else {
                expiries.remove(entry.key());
            }
            awaitExpiry();
            // Sent again by a snapshot; a value that has got another expiry has got another version, too.
            if (before == null || before.isEmpty() || !before.equals(entry.version())) {
                offer(entry.key(), new WatchEvent.Changed(entry, inSnapshot));
            }
        }

        /** Looks again when the next value ends. */
        private void awaitExpiry() {
            cancelExpiry.run();
            OptionalLong next = expiries.untilNext(System.nanoTime());
            cancelExpiry = next.isPresent() && end == null
                    ? engine.later(
                            this::expire, Duration.ofNanos(next.getAsLong()).plusMillis(1))
                    : () -> {};
        }

        private void expire() {
            locked(() -> {
                if (end == null) {
                    expiries.due(System.nanoTime()).forEach(this::deleted);
                    awaitExpiry();
                }
            });
        }

        private void deleted(String key) {
            doubtful.remove(key);
            expiries.remove(key);
            if (told.remove(key) != null) {
                offer(key, new WatchEvent.Deleted(key));
            }
        }

        @Override
        public void complete() {
            locked(() -> {
                if (resting) {
                    return;
                }
                inSnapshot = false;
                List.copyOf(doubtful).forEach(this::deleted);
                // Behind all that the snapshot has brought.
                waiting.remove(COMPLETE);
                offer(COMPLETE, new WatchEvent.Complete(told.size()));
            });
        }

        @Override
        public void interrupted(String reason) {
            locked(() -> {
                waiting.remove(INTERRUPTED);
                offer(INTERRUPTED, new WatchEvent.Interrupted(reason));
            });
        }

        @Override
        public void failed(BookshelfException why) {
            locked(() -> {
                if (end == null) {
                    end = why;
                    cancelExpiry.run();
                }
                somethingNew.signalAll();
            });
        }

        private void locked(Runnable action) {
            lock.lock();
            try {
                action.run();
            } finally {
                lock.unlock();
            }
        }
    }
}
