package io.bookshelf.client;

import io.bookshelf.client.wire.Filters;
import io.bookshelf.client.wire.Wire;
import io.bookshelf.client.wire.WireException;
import io.bookshelf.client.wire.WireMessage;
import io.bookshelf.schema.ValueProperties;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Who wants what, subscribed to on every connection anew, together with a marker that comes when the snapshot is complete.
 * Messages are handed to all whose filters match; what one of them gets twice, it knows by the version. Belongs to the
 * engine's thread.
 *
 * <p>A unit sends the marker by itself. Any other broker is made to: a message to oneself, published after SUBACK, comes
 * behind the retained messages of that SUBSCRIBE.
 */
final class Interests {
    private static final String MARKER = "$bookshelf/snapshot/";
    private static final String ECHO = "bookshelf-echo/";

    private final String clientId;
    private final Executor thread;
    private final Map<Interest, Known> known = new LinkedHashMap<>();
    private long next;

    private static final class Known {
        final Interest interest;
        final List<Filters.Filter> filters;

        @Nullable
        String marker;

        boolean subscribed;

        Known(Interest interest, List<Filters.Filter> filters) {
            this.interest = interest;
            this.filters = filters;
        }

        boolean wants(String topic) {
            return subscribed && filters.stream().anyMatch(filter -> filter.matches(topic));
        }
    }

    Interests(String clientId, Executor thread) {
        this.clientId = clientId.replaceAll("[+#/$]", "-");
        this.thread = thread;
    }

    void add(Interest interest, @Nullable Wire wire) {
        Known added =
                new Known(interest, interest.filters().stream().map(Filters::of).toList());
        known.put(interest, added);
        if (wire != null) {
            subscribe(added, wire);
        }
    }

    void remove(Interest interest, @Nullable Wire wire) {
        Known gone = known.remove(interest);
        if (gone == null || wire == null || !gone.subscribed) {
            return;
        }
        Set<String> unused = new HashSet<>(interest.filters());
        known.keySet().forEach(other -> other.filters().forEach(unused::remove));
        List<String> filters = new ArrayList<>(unused);
        if (gone.marker != null) {
            filters.add(gone.marker);
        }
        if (!filters.isEmpty()) {
            wire.unsubscribe(filters);
        }
    }

    void connected(Wire wire) {
        List.copyOf(known.values()).forEach(each -> subscribe(each, wire));
    }

    void disconnected(String reason) {
        for (Known each : List.copyOf(known.values())) {
            boolean was = each.subscribed;
            each.subscribed = false;
            each.marker = null;
            if (was) {
                each.interest.interrupted(reason);
            }
        }
    }

    void end(BookshelfException why) {
        List<Known> all = List.copyOf(known.values());
        known.clear();
        all.forEach(each -> each.interest.failed(why));
    }

    private void subscribe(Known each, Wire wire) {
        boolean unit = wire.unit() != null;
        String marker = unit ? MARKER + next++ : ECHO + clientId + "/" + next++;
        each.marker = marker;
        each.subscribed = true;
        each.interest.started();
        List<String> filters = new ArrayList<>(each.interest.filters());
        filters.add(marker);
        var unused = wire.subscribe(filters)
                .whenComplete((done, failure) -> thread.execute(() -> {
                    if (failure != null
                            && Futures.root(failure) instanceof WireException why
                            && why.kind() == WireException.Kind.REFUSED) {
                        if (known.remove(each.interest) != null) {
                            each.interest.failed(Futures.exception(why));
                        }
                    } else if (failure == null && !unit) {
                        var echo = wire.publish(new WireMessage(
                                marker, "end".getBytes(StandardCharsets.US_ASCII), false, 1, -1, ValueProperties.NONE));
                        var ignored = echo.exceptionally(notSent -> null);
                    }
                }));
    }

    void received(WireMessage message, Wire from) {
        String topic = message.topic();
        if (topic.startsWith(MARKER) || topic.startsWith(ECHO)) {
            completed(topic, from);
            return;
        }
        // Stored state, as the subscription's retain-as-published tells, or a topic of the broker's own.
        if (!message.retain() && !topic.startsWith("$")) {
            return;
        }
        for (Known each : List.copyOf(known.values())) {
            if (each.wants(topic)) {
                each.interest.received(message);
            }
        }
    }

    private void completed(String marker, Wire wire) {
        for (Known each : List.copyOf(known.values())) {
            if (marker.equals(each.marker)) {
                each.marker = null;
                each.interest.complete();
                // Whoever is content with the snapshot has gone by now, and left the marker to us.
                wire.unsubscribe(List.of(marker));
                return;
            }
        }
    }
}
