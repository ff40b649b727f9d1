package io.bookshelf.client;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A key with its value and what the unit tells about it. Immutable.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="age" :
 * // @start region="age"
 * shelf.get("lights/hall").ifPresent(entry -> {
 *     String unit = entry.unit().orElse("?");
 *     Duration age = entry.age(Instant.now()).orElse(Duration.ZERO);
 *     System.out.println(entry.text() + ", set at " + unit + " " + age.toSeconds() + " s ago");
 * });
 * // @end
 * }
 */
public final class Entry {
    static final String VERSION = "bookshelf-version";
    static final String UNIT = "bookshelf-unit";
    static final String TIME = "bookshelf-time";
    static final String WRITE_ID = "bookshelf-write-id";

    private final String key;
    private final byte[] value;
    private final ValueProperties properties;
    private final @Nullable Version version;
    private final @Nullable String unit;
    private final @Nullable Instant time;
    private final @Nullable Instant expires;
    private final long expiresNanos;

    /** @param expirySeconds what remains of its time to live, −1 for no end */
    Entry(String key, byte[] value, ValueProperties given, long expirySeconds, Instant received) {
        this.key = key;
        this.value = value;
        Version stamp = null;
        String author = null;
        Instant written = null;
        List<ValueProperties.Property> own = new ArrayList<>();
        for (ValueProperties.Property each : given.user()) {
            switch (each.name()) {
                case VERSION -> stamp = version(each.value());
                case UNIT -> author = each.value();
                case TIME -> written = instant(each.value());
                case WRITE_ID -> {} // of a unit that does not know it, and keeps it
                default -> own.add(each);
            }
        }
        this.version = stamp;
        this.unit = author;
        this.time = written;
        this.expires = expirySeconds < 0 ? null : received.plusSeconds(expirySeconds);
        this.expiresNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(Math.max(0, expirySeconds));
        this.properties = given.withUser(own);
    }

    private static @Nullable Version version(String text) {
        try {
            return Version.parse(text);
        } catch (IllegalArgumentException notOne) {
            return null;
        }
    }

    private static @Nullable Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException notOne) {
            return null;
        }
    }

    /** The key: an MQTT topic name. */
    public String key() {
        return key;
    }

    /** The value; a fresh copy. */
    public byte[] value() {
        return value.clone();
    }

    /** The value's length in bytes. */
    public int size() {
        return value.length;
    }

    /** The value as UTF-8; what is none becomes U+FFFD. */
    public String text() {
        return new String(value, StandardCharsets.UTF_8);
    }

    /** The value, decoded. */
    public <T> T as(Codec<T> codec) throws CodecException {
        return codec.decode(value.clone());
    }

    /** The writer's MQTT 5 properties, without those that the unit adds. */
    public ValueProperties properties() {
        return properties;
    }

    /** Which write this is; of two of a key the greater one won. Empty for events and on brokers that are no units. */
    public Optional<Version> version() {
        return Optional.ofNullable(version);
    }

    /** The unit at which it was written. */
    public Optional<String> unit() {
        return Optional.ofNullable(unit);
    }

    /** When it was written, as right as that unit's clock was. */
    public Optional<Instant> time() {
        return Optional.ofNullable(time);
    }

    /** How long ago it was written; never negative, though clocks may differ. */
    public Optional<Duration> age(Instant now) {
        return time().map(written -> written.isAfter(now) ? Duration.ZERO : Duration.between(written, now));
    }

    /**
     * When it ends by itself, by this machine's clock as it was when the entry came; empty for never. Watches and maps go by a
     * clock that nobody sets, so they tell of the end in time even where this clock is set meanwhile.
     */
    public Optional<Instant> expires() {
        return Optional.ofNullable(expires);
    }

    byte[] bytes() {
        return value;
    }

    /** When it ends, by {@link System#nanoTime}; it must be one that ends. */
    long expiresNanos() {
        return expiresNanos;
    }

    boolean hasExpired() {
        return expires != null && System.nanoTime() - expiresNanos >= 0;
    }

    /** Same key, value, properties and version. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Entry that
                && key.equals(that.key)
                && Arrays.equals(value, that.value)
                && properties.equals(that.properties)
                && version().equals(that.version());
    }

    @Override
    public int hashCode() {
        return key.hashCode() * 31 + Arrays.hashCode(value);
    }

    /** The key, the length of the value and the version; not the value, which may be a secret. */
    @Override
    public String toString() {
        return key + " (" + value.length + " bytes" + (version == null ? "" : ", " + version) + ")";
    }
}
