package io.bookshelf.client;

import io.bookshelf.client.wire.PkiFolder;
import io.bookshelf.client.wire.Wire;
import io.bookshelf.client.wire.WireException;
import io.bookshelf.client.wire.WireListener;
import io.bookshelf.client.wire.WireMessage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one client connected: comes back when the connection ends, subscribes anew, and sends again what was not
 * acknowledged. All of its state belongs to its one thread, which never waits for anything.
 */
final class Engine implements WireListener {
    private static final String CLOSED = "this client has been closed";
    private static final int SESSION_TAKEN_OVER = 0x8E;
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** More than this on its way to the thread, and the socket is not read. */
    private static final int UNHANDLED_BYTES = 8 * 1024 * 1024;

    private static final int MESSAGE_BYTES = 200;

    private final ConnectOptions options;
    private final ScheduledThreadPoolExecutor thread;
    private final Executor socketThread =
            task -> Thread.ofPlatform().daemon().name("bookshelf-socket").start(task);
    private final Semaphore unhandled = new Semaphore(UNHANDLED_BYTES);
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private final Interests interests;
    private final Puts puts;
    private final Room room = new Room();
    private final long begun = System.nanoTime();

    private @Nullable Wire wire;
    private volatile @Nullable String unit;
    private volatile boolean connected;
    private volatile @Nullable Thread own;
    private String problem = "not connected yet";
    private int attempts;
    private volatile String farewell = CLOSED;
    private volatile boolean closed;
    private boolean closing;

    Engine(ConnectOptions options) {
        this.options = options;
        this.thread = new ScheduledThreadPoolExecutor(
                1,
                task -> own =
                        Thread.ofPlatform().daemon().name("bookshelf-client").unstarted(task));
        thread.setRemoveOnCancelPolicy(true);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        this.interests = new Interests(options.wire().clientId(), this::run);
        this.puts = new Puts(this::run, this::later);
    }

    /** Ends the connection to a unit that was revoked; what is known of revocations changed. */
    private void judge() {
        Wire now = wire;
        if (now != null) {
            now.endIfUnwanted();
        }
    }

    /** Connects for the first time. */
    CompletableFuture<Void> start() {
        PkiFolder pki = options.wire().pki();
        if (pki != null) {
            Revocations revocations = new Revocations(pki, () -> run(this::judge));
            interests.add(revocations, null);
            revocations.look(this::later);
        }
        run(this::attempt);
        return first;
    }

    /** The unit that answered last; null if it is no Bookshelf unit. */
    @Nullable
    String unit() {
        return unit;
    }

    boolean isConnected() {
        return connected;
    }

    /** Has whoever uses it ended it? */
    boolean isClosed() {
        return closed;
    }

    /**
     * To be called before waiting for an outcome.
     *
     * @throws IllegalStateException on the engine's own thread, on which alone there are outcomes, and time-outs
     */
    void mayWait() {
        if (Thread.currentThread() == own) {
            throw new IllegalStateException(
                    "this is the client's own thread, which completes its futures and cannot wait"
                            + " for one: call a method that ends in Async here, or continue with thenAcceptAsync");
        }
    }

    /**
     * Writes; completes with what the unit says of it.
     *
     * @param once not sent again on another connection
     * @param onlyNow not sent on another connection than the one that there is now
     */
    CompletableFuture<Wire.Written> put(WireMessage message, boolean once, boolean onlyNow) {
        try {
            // This client's own thread is the one that makes room, so it cannot wait for some.
            room.take(message, Thread.currentThread() == own ? Duration.ZERO : options.timeout());
        } catch (UnreachableException full) {
            return CompletableFuture.failedFuture(full);
        }
        CompletableFuture<Wire.Written> outcome = new CompletableFuture<>();
        var unused = outcome.whenComplete((done, failure) -> room.giveBack(message));
        boolean taken = run(() -> {
            if (closing) {
                outcome.completeExceptionally(closed());
            } else if (onlyNow && wire == null) {
                outcome.completeExceptionally(new UnreachableException(problem));
            } else {
                puts.add(message, once || onlyNow, outcome, options.timeout(), () -> problem);
                puts.sendNew(wire);
            }
        });
        if (!taken) {
            outcome.completeExceptionally(closed());
        }
        // A copy: who cancels it does not take the write back.
        return outcome.copy();
    }

    void add(Interest interest) {
        boolean taken = run(() -> {
            if (closing) {
                interest.failed(closed());
            } else {
                interests.add(interest, wire);
            }
        });
        if (!taken) {
            interest.failed(closed());
        }
    }

    private UnreachableException closed() {
        return new UnreachableException(farewell);
    }

    void remove(Interest interest) {
        run(() -> interests.remove(interest, wire));
    }

    /**
     * Runs it on the engine's thread.
     *
     * @return false after the end: it is not run
     */
    boolean run(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    /** Why there is no connection, for time-outs. To be called on the engine's thread. */
    String problem() {
        return problem;
    }

    /** Runs it on the engine's thread after a while; never after the end. */
    Runnable later(Runnable task, Duration delay) {
        try {
            var scheduled = thread.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException ended) {
            return () -> {};
        }
    }

    private void attempt() {
        if (closing) {
            return;
        }
        attempts++;
        try {
            var unused = Wire.open(options.wire(), this, socketThread).whenComplete(this::attempted);
        } catch (IllegalArgumentException mistake) {
            // Such as a client id that MQTT does not have: the next attempt would fare no better.
            first.completeExceptionally(mistake);
            end(String.valueOf(mistake.getMessage()));
        }
    }

    private void attempted(@Nullable Wire opened, @Nullable Throwable failure) {
        boolean taken = run(() -> {
            if (opened != null) {
                connected(opened);
            } else if (failure != null) {
                failed(Futures.root(failure));
            }
        });
        if (!taken && opened != null) {
            // Closed meanwhile, when there was nothing to close.
            var unused = opened.close();
        }
    }

    private void connected(Wire opened) {
        if (closing) {
            var unused = opened.close();
            return;
        }
        wire = opened;
        unit = opened.unit();
        attempts = 0;
        connected = true;
        interests.connected(opened);
        puts.connected(opened);
        first.complete(null);
    }

    private void failed(Throwable failure) {
        problem = String.valueOf(failure.getMessage());
        if (!first.isDone() && !mayTryAgain(failure)) {
            first.completeExceptionally(Futures.exception(failure));
            end(problem);
            return;
        }
        later(this::attempt, pause());
    }

    private boolean mayTryAgain(Throwable failure) {
        boolean refused = failure instanceof WireException wire && wire.kind() == WireException.Kind.REFUSED;
        return !refused && System.nanoTime() - begun < options.patience().toNanos();
    }

    /** Doubles from attempt to attempt, with jitter, so that not all clients of a unit come back at once. */
    private Duration pause() {
        long longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(attempts, 10));
        return Duration.ofMillis(ThreadLocalRandom.current().nextLong(longest / 2, longest + 1));
    }

    @Override
    public void received(Wire from, WireMessage message) {
        int weight = Math.min(UNHANDLED_BYTES, message.payload().length + MESSAGE_BYTES);
        unhandled.acquireUninterruptibly(weight);
        boolean taken = run(() -> {
            unhandled.release(weight);
            if (from == wire) {
                interests.received(message, from);
            }
        });
        if (!taken) {
            unhandled.release(weight);
        }
    }

    @Override
    public void ended(Wire which, WireException why) {
        run(() -> {
            if (which != wire) {
                return;
            }
            wire = null;
            connected = false;
            problem = String.valueOf(why.getMessage());
            if (why.code() == SESSION_TAKEN_OVER) {
                end("another client has connected with the same client id, "
                        + options.wire().clientId());
                return;
            }
            puts.disconnected();
            interests.disconnected(problem);
            later(this::attempt, pause());
        });
    }

    /** Waits for the writes that are on their way, says farewell, and lets go of everything. */
    CompletableFuture<Void> close() {
        closed = true;
        run(() -> {
            if (!closing) {
                closing = true;
                puts.whenEmpty(() -> end(CLOSED), wire == null);
                later(() -> end(CLOSED), options.timeout());
            }
        });
        return gone;
    }

    private void end(String why) {
        if (gone.isDone()) {
            return;
        }
        closing = true;
        farewell = why;
        problem = why;
        UnreachableException reason = new UnreachableException(why);
        puts.end(reason);
        interests.end(reason);
        Wire last = wire;
        wire = null;
        connected = false;
        CompletableFuture<Void> farewell = last == null ? CompletableFuture.completedFuture(null) : last.close();
        var unused = farewell.whenComplete((done, failure) -> {
            thread.shutdown();
            gone.complete(null);
        });
    }
}
