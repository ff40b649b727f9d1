package io.bookshelf.client;

import io.bookshelf.client.wire.Wire;
import io.bookshelf.client.wire.WireException;
import io.bookshelf.client.wire.WireMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The writes that have not been acknowledged, in their order. Each has an id by which a unit knows it again: one that is sent
 * again after a lost acknowledgement is answered as the first time, and does not write over what somebody has written since.
 * Belongs to the engine's thread.
 */
final class Puts {
    private final Executor thread;
    private final BiFunction<Runnable, Duration, Runnable> later;
    private final TreeMap<Long, Waiting> waiting = new TreeMap<>();

    /** Another one for each client, so that a program that is started again gives no id twice. */
    private final String ids = UUID.randomUUID().toString().substring(0, 18) + "-";

    private long next;
    private @Nullable Runnable whenEmpty;

    private static final class Waiting {
        final long number;
        final WireMessage message;
        final boolean once;
        final CompletableFuture<Wire.Written> outcome;
        Runnable cancel = () -> {};
        boolean sent;
        boolean sentEver;

        Waiting(long number, WireMessage message, boolean once, CompletableFuture<Wire.Written> outcome) {
            this.number = number;
            this.message = message;
            this.once = once;
            this.outcome = outcome;
        }
    }

    Puts(Executor thread, BiFunction<Runnable, Duration, Runnable> later) {
        this.thread = thread;
        this.later = later;
    }

    /**
     * Takes a write.
     *
     * @param once not sent again on another connection, since it would mean something else then
     * @param problem why there is no connection
     */
    void add(
            WireMessage message,
            boolean once,
            CompletableFuture<Wire.Written> outcome,
            Duration timeout,
            Supplier<String> problem) {
        Waiting put = new Waiting(next++, message, once, outcome);
        waiting.put(put.number, put);
        put.cancel = later.apply(
                () -> fail(
                        put,
                        put.sentEver
                                ? new NoAnswerException("no acknowledgement of the write of " + message.topic()
                                        + " came within " + seconds(timeout))
                                : new UnreachableException(problem.get())),
                timeout);
    }

    private static String seconds(Duration time) {
        return time.toMillis() % 1_000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
    }

    /** Sends what has not been sent on this connection. */
    void sendNew(@Nullable Wire wire) {
        if (wire == null) {
            return;
        }
        // The newest are at the end, and all before them have been sent.
        List<Waiting> unsent = new ArrayList<>();
        for (Waiting each : waiting.descendingMap().values()) {
            if (each.sent) {
                break;
            }
            unsent.addFirst(each);
        }
        unsent.forEach(each -> send(each, wire));
    }

    private void send(Waiting put, Wire wire) {
        put.sent = true;
        put.sentEver = true;
        // A broker that is no unit would hand the id on to everybody who reads.
        WireMessage named = wire.unit() == null ? put.message : put.message.with(Entry.WRITE_ID, ids + put.number);
        var unused = wire.publish(named)
                .whenComplete((written, failure) -> thread.execute(() -> {
                    if (failure == null) {
                        settle(put, () -> put.outcome.complete(written));
                    } else if (Futures.root(failure) instanceof WireException why
                            && why.kind() == WireException.Kind.REFUSED) {
                        fail(put, Futures.exception(why));
                    }
                    // Anything else is the end of the connection, which is told by itself.
                }));
    }

    void connected(Wire wire) {
        sendNew(wire);
    }

    void disconnected() {
        for (Waiting each : List.copyOf(waiting.values())) {
            if (each.once && each.sent) {
                fail(
                        each,
                        new NoAnswerException("the connection broke before the write of " + each.message.topic()
                                + " was acknowledged"));
            }
            each.sent = false;
        }
    }

    /** Runs it when nothing waits any more, at once where nothing does or nobody is there to acknowledge. */
    void whenEmpty(Runnable then, boolean nobodyThere) {
        if (waiting.isEmpty() || nobodyThere) {
            then.run();
        } else {
            whenEmpty = then;
        }
    }

    void end(BookshelfException why) {
        whenEmpty = null;
        for (Waiting each : List.copyOf(waiting.values())) {
            fail(each, each.sentEver ? new NoAnswerException(String.valueOf(why.getMessage())) : why);
        }
    }

    private void fail(Waiting put, BookshelfException why) {
        settle(put, () -> put.outcome.completeExceptionally(why));
    }

    /** The outcome is told before it is said that nothing waits: who waits for that may ask for it. */
    private void settle(Waiting put, Runnable tellOutcome) {
        if (waiting.remove(put.number) != null) {
            put.cancel.run();
        }
        tellOutcome.run();
        Runnable then = whenEmpty;
        if (then != null && waiting.isEmpty()) {
            whenEmpty = null;
            then.run();
        }
    }
}
