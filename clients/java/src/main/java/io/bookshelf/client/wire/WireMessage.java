package io.bookshelf.client.wire;

import io.bookshelf.schema.ValueProperties;
import java.util.ArrayList;
import java.util.List;

/**
 * A PUBLISH, in either direction.
 *
 * @param topic the topic's name
 * @param payload not to be changed
 * @param retain the retain flag
 * @param qos 0, 1 or 2
 * @param expirySeconds MQTT's message expiry, −1 for none
 * @param properties the other properties; those that only a unit knows are empty
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record WireMessage(
        String topic, byte[] payload, boolean retain, int qos, long expirySeconds, ValueProperties properties) {
    /** The same with one more user property. */
    public WireMessage with(String name, String value) {
        List<ValueProperties.Property> user = new ArrayList<>(properties.user());
        user.add(new ValueProperties.Property(name, value));
        return new WireMessage(topic, payload, retain, qos, expirySeconds, properties.withUser(user));
    }
}
