package io.bookshelf.broker.session;

import java.util.Arrays;

/** What the matching subscriptions of one session amount to for one message; reused from message to message. */
final class Match {
    private int qos;
    private boolean retainAsPublished;
    private int[] ids = new int[4];
    private int idCount;
    private boolean any;

    void clear() {
        qos = 0;
        retainAsPublished = false;
        idCount = 0;
        any = false;
    }

    /** Adds a subscription; one delivery carries the greatest QoS and the identifiers of all. */
    void add(Subscription subscription) {
        any = true;
        qos = Math.max(qos, subscription.options.qos());
        retainAsPublished |= subscription.options.retainAsPublished();
        if (subscription.identifier > 0) {
            if (idCount == ids.length) {
                ids = Arrays.copyOf(ids, idCount * 2);
            }
            ids[idCount++] = subscription.identifier;
        }
    }

    boolean any() {
        return any;
    }

    /** The QoS at which a message published at {@code published} is delivered. */
    int qos(int published) {
        return Math.min(qos, published);
    }

    boolean retainAsPublished() {
        return retainAsPublished;
    }

    int[] ids() {
        return idCount == 0 ? Delivery.NO_IDS : Arrays.copyOf(ids, idCount);
    }

    Delivery change(Message message) {
        return new Delivery(message, qos(message.qos()), retainAsPublished, ids(), message.sequence(), null);
    }
}
