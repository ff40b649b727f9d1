package io.bookshelf.client;

import io.bookshelf.schema.ValueProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What goes along with a value. Immutable.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="expiry" :
 * // @start region="expiry"
 * shelf.put(
 *         "guests/code",
 *         code,
 *         PutOptions.DEFAULT.expiresAfter(Duration.ofHours(4)).contentType("text/plain"));
 * // @end
 * }
 */
public final class PutOptions {
    /** Nothing besides the value: it stays until it is overwritten or deleted. */
    public static final PutOptions DEFAULT = new PutOptions(ValueProperties.NONE, null, false, false, notice -> {});

    private static final long LONGEST_SECONDS = 0xFFFF_FFFEL;

    private final ValueProperties properties;
    private final @Nullable Duration timeToLive;
    private final boolean onlyIfAbsent;
    private final boolean onlyNow;
    private final Consumer<String> notices;

    private PutOptions(
            ValueProperties properties,
            @Nullable Duration timeToLive,
            boolean onlyIfAbsent,
            boolean onlyNow,
            Consumer<String> notices) {
        this.properties = properties;
        this.timeToLive = timeToLive;
        this.onlyIfAbsent = onlyIfAbsent;
        this.onlyNow = onlyNow;
        this.notices = notices;
    }

    /**
     * The key ends by itself after this time, on all units; watches and maps tell that it is gone.
     *
     * @param timeToLive at least a second; parts of a second are rounded up; at most 136 years
     */
    public PutOptions expiresAfter(Duration timeToLive) {
        if (timeToLive.compareTo(Duration.ofSeconds(1)) < 0 || timeToLive.toSeconds() >= LONGEST_SECONDS) {
            throw new IllegalArgumentException("a time to live is between a second and 136 years, not " + timeToLive);
        }
        return new PutOptions(properties, timeToLive, onlyIfAbsent, onlyNow, notices);
    }

    /**
     * Writes only if the unit that is asked holds no value of the key; otherwise the put fails with a
     * {@link RefusedException} for which {@link RefusedException#isPresent()} is true. That one unit decides alone: another
     * one may write the same key at the same time, and then the last writer wins.
     */
    public PutOptions ifAbsent() {
        return new PutOptions(properties, timeToLive, true, onlyNow, notices);
    }

    /**
     * Writes only over the connection that there is now, for what would be wrong if it came later: without a connection the
     * put fails at once with an {@link UnreachableException}, and with a {@link NoAnswerException} if the connection breaks
     * before it is acknowledged; it is not sent again.
     */
    public PutOptions onlyNow() {
        return new PutOptions(properties, timeToLive, onlyIfAbsent, true, notices);
    }

    /**
     * Is told, before the put is done, what the unit says of a write that it made: that a time to live may not hold, since the
     * unit does not know what time it is. It may not block.
     */
    public PutOptions onNotice(Consumer<String> told) {
        return new PutOptions(properties, timeToLive, onlyIfAbsent, onlyNow, told);
    }

    /** MQTT's content type, such as {@code application/json}. */
    public PutOptions contentType(String type) {
        return with(properties.withContentType(type));
    }

    /** Says that the value is UTF-8 text; the unit refuses it if it is not. */
    public PutOptions utf8() {
        return with(properties.withPayloadFormat(1));
    }

    /** Adds a user property; a name may stand more than once. Names that start with {@code bookshelf-} are the unit's. */
    public PutOptions property(String name, String value) {
        List<ValueProperties.Property> user = new ArrayList<>(properties.user());
        user.add(new ValueProperties.Property(name, value));
        return with(properties.withUser(user));
    }

    /** All properties at once, such as those of an {@link Entry} that is written again. */
    public PutOptions with(ValueProperties all) {
        return new PutOptions(all, timeToLive, onlyIfAbsent, onlyNow, notices);
    }

    /** The properties that are sent. */
    public ValueProperties properties() {
        return properties;
    }

    /** The time to live, empty for no end. */
    public Optional<Duration> timeToLive() {
        return Optional.ofNullable(timeToLive);
    }

    boolean onlyIfAbsent() {
        return onlyIfAbsent;
    }

    Consumer<String> notices() {
        return notices;
    }

    boolean isOnlyNow() {
        return onlyNow;
    }

    long expirySeconds() {
        return timeToLive == null ? -1 : timeToLive.plusNanos(999_999_999).toSeconds();
    }
}
