package io.bookshelf.client.wire;

import io.bookshelf.schema.ValueProperties;

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
        String topic, byte[] payload, boolean retain, int qos, long expirySeconds, ValueProperties properties) {}
