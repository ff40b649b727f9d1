package io.bookshelf.broker.session;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;

/**
 * What is published for a client whose connection ends without a DISCONNECT.
 *
 * @param delaySeconds MQTT 5's will delay
 * @param expirySeconds MQTT 5's message expiry, 0 for none
 */
public record Will(
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        ValueProperties properties,
        long delaySeconds,
        long expirySeconds) {

    /** The same, under the name of the user who left it. */
    public Will writtenBy(String user) {
        return new Will(topic, payload, qos, retain, properties.writtenBy(user), delaySeconds, expirySeconds);
    }

    static Will of(SessionChange.SaveWill stored) {
        return new Will(
                stored.topic(),
                stored.payload(),
                stored.qos(),
                stored.retain(),
                stored.properties(),
                stored.delaySeconds(),
                stored.expirySeconds());
    }

    SessionChange.SaveWill stored(String clientId, long fireAt) {
        return new SessionChange.SaveWill(
                clientId, topic, payload, qos, retain, properties, delaySeconds, fireAt, expirySeconds);
    }
}
