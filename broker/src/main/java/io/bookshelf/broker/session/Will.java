package io.bookshelf.broker.session;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;

/**
 * What is published for a client whose connection ends without a DISCONNECT.
 *
 * @param delaySeconds MQTT 5's will delay
 * @param expirySeconds MQTT 5's message expiry, 0 for none
 * @param holder who left it
 */
public record Will(
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        ValueProperties properties,
        long delaySeconds,
        long expirySeconds,
        Holder holder) {

    /** The same, left by this one, under whose name it is published. */
    public Will leftBy(Holder whose) {
        ValueProperties named = whose.user().isEmpty() ? properties : properties.writtenBy(whose.user());
        return new Will(topic, payload, qos, retain, named, delaySeconds, expirySeconds, whose);
    }

    static Will of(SessionChange.SaveWill stored) {
        return new Will(
                stored.topic(),
                stored.payload(),
                stored.qos(),
                stored.retain(),
                stored.properties(),
                stored.delaySeconds(),
                stored.expirySeconds(),
                whose(stored));
    }

    /** A former version stored the name under which it is published, which is empty for an anonymous client. */
    private static Holder whose(SessionChange.SaveWill stored) {
        Holder whose = stored.holder();
        return whose == null ? new Holder(stored.properties().writer(), "") : whose;
    }

    SessionChange.SaveWill stored(String clientId, long fireAt) {
        return new SessionChange.SaveWill(
                clientId, topic, payload, qos, retain, properties, delaySeconds, fireAt, expirySeconds, holder);
    }
}
