package io.bookshelf.bus;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import org.jspecify.annotations.Nullable;

/**
 * A write that someone asks for: the bus gives it a version and a sequence.
 *
 * @param value the bytes; empty to delete the key
 * @param qos the MQTT QoS with which it was published
 * @param expirySeconds the value's time to live in seconds, 0 for ever
 * @param ifAbsent true if it is to be refused where this unit holds a live value of the key when its turn comes
 * @param amends the only version that it may take the place of, right behind which it is stamped, so that it outdoes nothing
 *     else that was written meanwhile, here or elsewhere; where the key has another, nothing is written. Null for any
 * @param id what its author calls it; where a write of that id was answered before, it is made no second time. Null for none
 */
public record Write(
        Key key,
        byte[] value,
        int qos,
        ValueProperties properties,
        long expirySeconds,
        boolean ifAbsent,
        @Nullable Version amends,
        @Nullable WriteId id) {
    /** One that replaces whatever is there. */
    public Write(Key key, byte[] value, int qos, ValueProperties properties, long expirySeconds) {
        this(key, value, qos, properties, expirySeconds, false, null, null);
    }

    /** One whose author may ask that there is no value yet, and may repeat it under an id. */
    public Write(
            Key key,
            byte[] value,
            int qos,
            ValueProperties properties,
            long expirySeconds,
            boolean ifAbsent,
            @Nullable WriteId id) {
        this(key, value, qos, properties, expirySeconds, ifAbsent, null, id);
    }

    /** Says the same as an entry in another way, such as signed: it counts for as long as that entry would have. */
    public static Write amending(Entry before, byte[] value) {
        return new Write(before.key(), value, before.qos(), ValueProperties.NONE, 0, false, before.version(), null);
    }

    /** MQTT's rule: an empty retained payload deletes. */
    public boolean deletes() {
        return value.length == 0;
    }
}
