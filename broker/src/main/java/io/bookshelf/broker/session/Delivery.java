package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way to one session.
 *
 * @param qos the QoS at which this session gets it
 * @param retain the retain flag towards this session
 * @param subscriptionIds identifiers of all subscriptions it matched
 * @param change the sequence of the stored change that it carries, 0 for a snapshot's value or an event
 * @param event its place in the session's event queue, null for a stored value
 */
public record Delivery(
        Message message,
        int qos,
        boolean retain,
        int[] subscriptionIds,
        long change,
        @Nullable QueuedEvent event) implements BacklogItem {
    static final int[] NO_IDS = {};

    Delivery as(Principal reader, AccessPolicy access) {
        return with(message.as(reader, access));
    }

    Delivery with(Message other) {
        return other == message ? this : new Delivery(other, qos, retain, subscriptionIds, change, event);
    }
}
