package io.bookshelf.schema;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key with its value (or tombstone) and version: what the store keeps and, later, what travels between units. Immutable;
 * the value's bytes are shared and not to be changed.
 *
 * @param key the key
 * @param value the bytes; empty for a tombstone
 * @param deleted true for a tombstone: the key was deleted, or expired, at this version
 * @param qos the MQTT QoS with which it was published: 0, 1 or 2
 * @param properties the MQTT 5 properties
 * @param version who wrote it when; the greater version wins
 * @param counter the author's counter for this write in the key's scope; with replica and scope it makes the dot
 * @param seen what the author had seen of this key
 * @param expiresAt milliseconds since the epoch at which it expires, 0 for never
 * @param sequence the local sequence number under which this unit applied it
 */
public record Entry(
        Key key,
        byte[] value,
        boolean deleted,
        int qos,
        ValueProperties properties,
        Version version,
        long counter,
        Seen seen,
        long expiresAt,
        long sequence) {

    /** True if it holds a value that has not expired at {@code nowMillis}. */
    public boolean liveAt(long nowMillis) {
        return !deleted && (expiresAt == 0 || expiresAt > nowMillis);
    }

    /** The tombstone that expiry makes of this: same version, same dot, no value. */
    public Entry expired() {
        return new Entry(
                key, new byte[0], true, qos, properties.authorOnly(), version, counter, seen, expiresAt, sequence);
    }

    /** The same under another local sequence number. */
    public Entry at(long local) {
        return new Entry(key, value, deleted, qos, properties, version, counter, seen, expiresAt, local);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Entry that
                && key.equals(that.key)
                && Arrays.equals(value, that.value)
                && deleted == that.deleted
                && qos == that.qos
                && properties.equals(that.properties)
                && version.equals(that.version)
                && counter == that.counter
                && seen.equals(that.seen)
                && expiresAt == that.expiresAt
                && sequence == that.sequence;
    }

    @Override
    public int hashCode() {
        return key.hashCode() * 31 + version.hashCode();
    }

    @Override
    public String toString() {
        return key + (deleted ? " deleted" : " = " + value.length + " bytes") + " @ " + version + " #" + sequence;
    }
}
