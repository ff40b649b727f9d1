package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is published, once for all who get it: a stored write, or an event that passes. The bytes are shared and not to be
 * changed.
 */
public final class Message {
    private final String topic;
    private final byte[] payload;
    private final int qos;
    private final boolean retained;
    private final ValueProperties properties;
    private final long expiresAt;
    private final @Nullable Entry entry;
    private final @Nullable List<ListItem> items;
    private byte @Nullable [] encodedProperties;

    /** How many sessions' queues it waits in; {@link SharedPayloads} counts. */
    int holders;

    private Message(
            String topic,
            byte[] payload,
            int qos,
            boolean retained,
            ValueProperties properties,
            long expiresAt,
            @Nullable Entry entry,
            @Nullable List<ListItem> items) {
        this.topic = topic;
        this.payload = payload;
        this.qos = qos;
        this.retained = retained;
        this.properties = properties;
        this.expiresAt = expiresAt;
        this.entry = entry;
        this.items = items;
    }

    /** The message of an entry: its value, or nothing for a tombstone. */
    public static Message of(Entry entry) {
        return new Message(
                entry.key().name(),
                entry.value(),
                entry.qos(),
                true,
                entry.properties(),
                entry.deleted() ? 0 : entry.expiresAt(),
                entry,
                null);
    }

    /**
     * An event.
     *
     * @param retained whether it was published with the retain flag (as a shared subscriber's copy of a stored write)
     * @param expiresAt milliseconds since the epoch, 0 for never
     */
    public static Message event(
            String topic, byte[] payload, int qos, boolean retained, ValueProperties properties, long expiresAt) {
        return new Message(topic, payload, qos, retained, properties, expiresAt, null, null);
    }

    /** A retained document of the unit that is a list of which each reader gets the items that it may read. */
    static Message list(String topic, List<ListItem> items) {
        return new Message(topic, ListItem.json(items), 0, true, ValueProperties.NONE, 0, null, List.copyOf(items));
    }

    /** This message as somebody may see it: the same, unless it is a list with items that are not for them. */
    Message as(Principal reader, AccessPolicy access) {
        if (items == null || access.allowsEverything()) {
            return this;
        }
        List<ListItem> seen =
                items.stream().filter(item -> item.isFor(reader, access)).toList();
        return seen.size() == items.size() ? this : list(topic, seen);
    }

    public String topic() {
        return topic;
    }

    public byte[] payload() {
        return payload;
    }

    /** The QoS with which it was published. */
    public int qos() {
        return qos;
    }

    /** Whether it was published with the retain flag. */
    public boolean retained() {
        return retained;
    }

    public ValueProperties properties() {
        return properties;
    }

    /** Milliseconds since the epoch at which it expires, 0 for never. */
    public long expiresAt() {
        return expiresAt;
    }

    boolean expiredBy(long millis) {
        return expiresAt != 0 && expiresAt <= millis;
    }

    /** The version of a stored write, null for an event. */
    public @Nullable Version version() {
        return entry == null ? null : entry.version();
    }

    /** The sequence of a stored write, 0 for an event. */
    public long sequence() {
        return entry == null ? 0 : entry.sequence();
    }

    /** The entry of a stored write, null for an event. */
    public @Nullable Entry entry() {
        return entry;
    }

    /** About how much memory it holds, in bytes. */
    public int weight() {
        return 200 + 2 * topic.length() + payload.length + properties.weight();
    }

    /** MQTT 5 properties that are the same for all who get it, as the codec has left them here; null before the first. */
    public byte @Nullable [] encodedProperties() {
        return encodedProperties;
    }

    /** Keeps what {@link #encodedProperties()} returns, so that a message for many is encoded once. */
    public void encodedProperties(byte[] encoded) {
        this.encodedProperties = encoded;
    }
}
