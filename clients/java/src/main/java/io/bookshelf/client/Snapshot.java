package io.bookshelf.client;

import io.bookshelf.client.wire.Filters;
import io.bookshelf.client.wire.Wire;
import io.bookshelf.client.wire.WireException;
import io.bookshelf.client.wire.WireListener;
import io.bookshelf.client.wire.WireMessage;
import io.bookshelf.client.wire.WireSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads any number of keys once, in constant memory: while the consumer of an entry has not returned, the next is left with
 * the unit. Over a connection of its own.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="snapshot" :
 * // @start region="snapshot"
 * // options is such as Bookshelf.at("mqtt://127.0.0.1:1883")
 * long count = Snapshot.read(options, List.of("#"), entry -> System.out.println(entry.key()));
 * // @end
 * }
 */
public final class Snapshot {
    private final Consumer<Entry> consumer;
    private final CompletableFuture<Long> outcome = new CompletableFuture<>();
    private final String marker = "$bookshelf/snapshot/" + UUID.randomUUID();
    private final Executor socketThread =
            task -> Thread.ofPlatform().daemon().name("bookshelf-snapshot").start(task);
    private volatile long lastNanos;
    private volatile boolean consuming;
    private long count;

    private Snapshot(Consumer<Entry> consumer) {
        this.consumer = consumer;
    }

    /**
     * Reads what is under the filters. A key that changes meanwhile may come twice, the later one being the newer.
     *
     * @param consumer may block; what it throws ends the reading, and is thrown from here
     * @return how many entries came
     * @throws UnreachableException if there is no connection, or it breaks before the end
     * @throws RefusedException if the unit does not let this client in, or read there
     * @throws NoAnswerException if nothing comes for as long as the time-out
     */
    public static long read(ConnectOptions options, List<String> filters, Consumer<Entry> consumer) {
        filters.forEach(Filters::of);
        Snapshot snapshot = new Snapshot(consumer);
        return Futures.join(snapshot.start(options, filters));
    }

    private CompletableFuture<Long> start(ConnectOptions options, List<String> filters) {
        WireSettings given = options.named().wire();
        // No keep-alive, since whoever reads slowly does not get to answer.
        WireSettings settings = new WireSettings(
                given.address(),
                given.pki(),
                given.user(),
                given.password(),
                given.clientId() + "-snapshot",
                given.connectTimeout(),
                0,
                null);
        var opened = Wire.open(settings, new Ears(), socketThread);
        var unused = opened.thenCompose(wire -> {
                    if (wire.unit() == null) {
                        throw new UnreachableException(given.address() + " is no Bookshelf unit");
                    }
                    // Connecting has time-outs and sentences of its own.
                    lastNanos = System.nanoTime();
                    awaken(options.timeout());
                    List<String> all = new ArrayList<>(filters);
                    all.add(marker);
                    return wire.subscribe(all);
                })
                .exceptionally(failure -> {
                    outcome.completeExceptionally(Futures.exception(failure));
                    return null;
                });
        return outcome.whenComplete((done, failure) -> opened.thenAccept(Wire::close));
    }

    /** Looks now and then whether anything has come. */
    private void awaken(Duration timeout) {
        CompletableFuture.delayedExecutor(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> {
                    if (outcome.isDone()) {
                        return;
                    }
                    // The time that the consumer takes is not the unit's.
                    if (!consuming && System.nanoTime() - lastNanos > timeout.toNanos()) {
                        outcome.completeExceptionally(
                                new NoAnswerException("nothing came for " + timeout.toMillis() + " ms"));
                    } else {
                        awaken(timeout);
                    }
                });
    }

    /** What the connection tells. */
    private final class Ears implements WireListener {
        @Override
        public void received(Wire wire, WireMessage message) {
            if (message.topic().equals(marker)) {
                outcome.complete(count);
            } else if (message.payload().length > 0 && !outcome.isDone()) {
                consuming = true;
                try {
                    consumer.accept(new Entry(
                            message.topic(),
                            message.payload(),
                            message.properties(),
                            message.expirySeconds(),
                            Instant.now()));
                    count++;
                } catch (RuntimeException e) {
                    outcome.completeExceptionally(e);
                } finally {
                    lastNanos = System.nanoTime();
                    consuming = false;
                }
            }
        }

        @Override
        public void ended(Wire wire, WireException why) {
            outcome.completeExceptionally(new UnreachableException(String.valueOf(why.getMessage())));
        }
    }
}
