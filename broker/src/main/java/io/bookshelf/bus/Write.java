package io.bookshelf.bus;

import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import org.jspecify.annotations.Nullable;

/**
 * A write that someone asks for: the bus gives it a version and a sequence.
 *
 * @param value the bytes; empty to delete the key
 * @param qos the MQTT QoS with which it was published
 * @param expirySeconds the value's time to live in seconds, 0 for ever
 * @param ifAbsent true if it is to be refused where this unit holds a live value of the key when its turn comes
 * @param id what its author calls it; where a write of that id was answered before, it is made no second time. Null for none
 */
public record Write(
        Key key,
        byte[] value,
        int qos,
        ValueProperties properties,
        long expirySeconds,
        boolean ifAbsent,
        @Nullable WriteId id) {
    /** One that replaces whatever is there. */
    public Write(Key key, byte[] value, int qos, ValueProperties properties, long expirySeconds) {
        this(key, value, qos, properties, expirySeconds, false, null);
    }

    /** MQTT's rule: an empty retained payload deletes. */
    public boolean deletes() {
        return value.length == 0;
    }
}
