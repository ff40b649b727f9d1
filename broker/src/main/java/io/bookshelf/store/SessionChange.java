package io.bookshelf.store;

import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import org.jspecify.annotations.Nullable;

/** A change to the stored part of an MQTT session. Changes are applied in order, in the writer's transactions. */
public sealed interface SessionChange {
    /** Wills of up to this many bytes are kept even on a full disk. */
    int SMALL_WILL = 1_024;

    /** The session's client id. */
    String clientId();

    /**
     * True if it removes, or is one of the few small rows without which a session cannot be served: a full disk is then no
     * reason to refuse it.
     */
    default boolean shrinks() {
        return switch (this) {
            case DropSession drop -> true;
            case MoveCursor move -> true;
            case Unsubscribe unsubscribe -> true;
            case DropEvent drop -> true;
            case DropEventsAfter drop -> true;
            case DropInFlight drop -> true;
            case DropIncoming drop -> true;
            case DropWill drop -> true;
            case SaveSession save -> true;
            case Subscribe subscribe -> true;
            case QueuedEvent event -> false;
            case SaveInFlight save -> true;
            case SaveIncoming save -> true;
            case SaveWill save -> save.payload().length <= SMALL_WILL;
        };
    }

    /**
     * Creates the session or replaces its own fields; subscriptions and packets stay.
     *
     * @param expirySeconds how long it lives without a connection, in seconds
     * @param disconnectedAt milliseconds since the epoch since when it has no connection; 0 while it has one
     * @param cursor stored writes up to this sequence are delivered or in flight
     * @param holder whose it is; null where a former version stored it, which did not know
     */
    record SaveSession(
            String clientId,
            long expirySeconds,
            long disconnectedAt,
            long cursor,
            @Nullable Holder holder) implements SessionChange {
        /** One of a holder who is not known. */
        public SaveSession(String clientId, long expirySeconds, long disconnectedAt, long cursor) {
            this(clientId, expirySeconds, disconnectedAt, cursor, null);
        }

        /** The same with another cursor. */
        public SaveSession at(long other) {
            return new SaveSession(clientId, expirySeconds, disconnectedAt, other, holder);
        }
    }

    /** Ends a session: everything of it goes, its will excepted. */
    record DropSession(String clientId) implements SessionChange {}

    /** Moves the cursor. */
    record MoveCursor(String clientId, long cursor) implements SessionChange {}

    /**
     * Adds a subscription or replaces the one with the same filter.
     *
     * @param options the MQTT 5 subscription options byte
     * @param identifier the subscription identifier, 0 for none
     * @param snapshotPending true while its snapshot has not been delivered in full
     * @param order grows with each subscription of a session: snapshots are delivered in this order
     */
    record Subscribe(String clientId, String filter, int options, int identifier, boolean snapshotPending, long order)
            implements SessionChange {}

    /** Removes a subscription. */
    record Unsubscribe(String clientId, String filter) implements SessionChange {}

    /**
     * Queues an event for a session until it is acknowledged or dropped.
     *
     * @param number the event's place in its session's queue, growing
     * @param afterSequence the store's sequence behind which it was published
     * @param subscriptionIds identifiers of the subscriptions it matched
     * @param retain whether the retain flag is to be set towards the client
     * @param expiresAt milliseconds since the epoch, 0 for never
     * @param queuedAt milliseconds since the epoch
     */
    record QueuedEvent(
            String clientId,
            long number,
            long afterSequence,
            String topic,
            byte[] payload,
            int qos,
            boolean retain,
            int[] subscriptionIds,
            ValueProperties properties,
            long expiresAt,
            long queuedAt)
            implements SessionChange {
        /** The same, behind what was committed up to {@code sequence}. */
        public QueuedEvent behind(long sequence) {
            return new QueuedEvent(
                    clientId,
                    number,
                    sequence,
                    topic,
                    payload,
                    qos,
                    retain,
                    subscriptionIds,
                    properties,
                    expiresAt,
                    queuedAt);
        }
    }

    /** Drops a queued event: acknowledged, expired, or over the bound. */
    record DropEvent(String clientId, long number) implements SessionChange {}

    /** Drops the queued events behind a number: more than there is memory for. */
    record DropEventsAfter(String clientId, long number) implements SessionChange {}

    /**
     * An outgoing QoS 1 or 2 packet is in flight, or has come one step further. Exactly one of {@code key} and
     * {@code event} says what it carries.
     *
     * @param order grows with each packet of a session: packets are sent again in this order
     * @param released true once PUBREC has come, so that PUBREL is what has to be sent again
     */
    record SaveInFlight(
            String clientId,
            int packetId,
            int qos,
            @Nullable Key key,
            long event,
            boolean released,
            long order) implements SessionChange {}

    /** An outgoing packet is done. */
    record DropInFlight(String clientId, int packetId) implements SessionChange {}

    /** The packet id of an incoming QoS 2 PUBLISH that awaits its PUBREL. */
    record SaveIncoming(String clientId, int packetId) implements SessionChange {}

    /** The PUBREL of an incoming QoS 2 packet has come. */
    record DropIncoming(String clientId, int packetId) implements SessionChange {}

    /**
     * Keeps the will of a connected client (of any session, durable or not), so that it fires after a crash too.
     *
     * @param delaySeconds MQTT's will delay
     * @param fireAt milliseconds since the epoch at which it is due; 0 while the client is connected
     * @param expirySeconds message expiry, 0 for none
     * @param holder whose it is; null where a former version stored it, which did not know
     */
    record SaveWill(
            String clientId,
            String topic,
            byte[] payload,
            int qos,
            boolean retain,
            ValueProperties properties,
            long delaySeconds,
            long fireAt,
            long expirySeconds,
            @Nullable Holder holder)
            implements SessionChange {
        /** One of a holder who is not known. */
        public SaveWill(
                String clientId,
                String topic,
                byte[] payload,
                int qos,
                boolean retain,
                ValueProperties properties,
                long delaySeconds,
                long fireAt,
                long expirySeconds) {
            this(clientId, topic, payload, qos, retain, properties, delaySeconds, fireAt, expirySeconds, null);
        }
    }

    /** Forgets a will: sent, or no longer wanted. */
    record DropWill(String clientId) implements SessionChange {}
}
