package io.bookshelf.client;

import io.bookshelf.client.wire.WireMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Asks once for what is under some filters. */
final class Query implements Interest {
    private final Engine engine;
    private final List<String> filters;
    private final CompletableFuture<List<Entry>> answer = new CompletableFuture<>();
    private final Map<String, Entry> found = new LinkedHashMap<>();
    private Runnable cancel = () -> {};

    private Query(Engine engine, List<String> filters) {
        this.engine = engine;
        this.filters = filters;
    }

    static CompletableFuture<List<Entry>> ask(Engine engine, List<String> filters, Duration timeout) {
        Query query = new Query(engine, List.copyOf(filters));
        engine.run(() -> query.cancel = engine.later(
                () -> query.failed(
                        engine.isConnected()
                                ? new NoAnswerException("no answer came within " + timeout.toMillis() + " ms")
                                : new UnreachableException(engine.problem())),
                timeout));
        engine.add(query);
        return query.answer;
    }

    @Override
    public List<String> filters() {
        return filters;
    }

    @Override
    public void started() {
        found.clear();
    }

    @Override
    public void received(WireMessage message) {
        if (message.payload().length == 0) {
            found.remove(message.topic());
        } else {
            found.put(
                    message.topic(),
                    new Entry(
                            message.topic(),
                            message.payload(),
                            message.properties(),
                            message.expirySeconds(),
                            Instant.now()));
        }
    }

    @Override
    public void complete() {
        settled();
        answer.complete(new ArrayList<>(found.values()));
    }

    @Override
    public void interrupted(String reason) {
        found.clear();
    }

    @Override
    public void failed(BookshelfException why) {
        settled();
        answer.completeExceptionally(why);
    }

    private void settled() {
        cancel.run();
        engine.remove(this);
    }
}
