package io.bookshelf.broker.session;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was routed since the running read of changes began, as long as it is not too much. */
final class Tail {
    private static final int MOST = 512;
    private static final long MOST_BYTES = 512 * 1024;

    private final DeliveryRoom room;
    private @Nullable List<Delivery> deliveries;
    private long bytes;

    Tail(DeliveryRoom room) {
        this.room = room;
    }

    /** Begins anew. */
    void begin() {
        forget();
        deliveries = new ArrayList<>();
    }

    void add(Delivery delivery) {
        List<Delivery> some = deliveries;
        if (some == null) {
            return;
        }
        long weight = delivery.message().weight();
        if (some.size() == MOST || bytes + weight > MOST_BYTES || !room.take(weight)) {
            forget();
        } else {
            some.add(delivery);
            bytes += weight;
        }
    }

    /** All of it, with its room; null if it was too much, or is not kept. */
    @Nullable
    List<Delivery> take() {
        List<Delivery> all = deliveries;
        deliveries = null;
        bytes = 0;
        return all;
    }

    void forget() {
        room.give(bytes);
        deliveries = null;
        bytes = 0;
    }

    long bytes() {
        return bytes;
    }
}
