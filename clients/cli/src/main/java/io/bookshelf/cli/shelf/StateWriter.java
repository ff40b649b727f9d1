package io.bookshelf.cli.shelf;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.Snapshot;
import io.bookshelf.schema.ValueProperties;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Brings many values to a unit: only those that it does not have already, so that it may be broken off and begun again. Of
 * what is there it remembers a hash a key.
 */
public final class StateWriter implements AutoCloseable {
    private static final int WINDOW = 256;
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Bookshelf shelf;
    private final Map<String, Long> there = new HashMap<>();
    private final ArrayDeque<CompletableFuture<Void>> running = new ArrayDeque<>();
    private final boolean dry;
    private long written;
    private long same;
    private long expired;
    private long masked;

    /**
     * Reads what is there, and connects.
     *
     * @param dry only counts
     */
    public StateWriter(ConnectOptions options, boolean dry) {
        this.dry = dry;
        Snapshot.read(options, List.of("#"), entry -> there.put(entry.key(), hash(entry)));
        this.shelf = options.connect();
    }

    private static long hash(Entry entry) {
        return hash(entry.value(), entry.properties(), entry.expires().isPresent());
    }

    private static long hash(byte[] value, ValueProperties properties, boolean expires) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(properties.withoutWriterClient().writtenBy("").toBytes());
            digest.update((byte) (expires ? 1 : 0));
            digest.update(value);
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The name of the unit, empty for a broker that is none. */
    public String unit() {
        return shelf.unit().orElse("");
    }

    /**
     * Writes a value, if the unit has not the same.
     *
     * @param value null for one that is not known
     * @param expires null for never
     */
    public void write(String key, byte @Nullable [] value, ValueProperties properties, @Nullable Instant expires) {
        Duration left = expires == null ? Duration.ZERO : Duration.between(Instant.now(), expires);
        if (value == null) {
            masked++;
        } else if (expires != null && left.compareTo(SHORTEST) < 0) {
            expired++;
        } else if (Long.valueOf(hash(value, properties, expires != null)).equals(there.get(key))) {
            same++;
        } else {
            written++;
            if (!dry) {
                PutOptions options = PutOptions.DEFAULT.with(properties);
                put(key, value, expires == null ? options : options.expiresAfter(left));
            }
        }
    }

    private void put(String key, byte[] value, PutOptions options) {
        if (running.size() == WINDOW) {
            Waiting.join(running.removeFirst());
        }
        running.add(shelf.putAsync(key, value, options));
    }

    /** Waits for what is on its way. */
    public void finish() {
        while (!running.isEmpty()) {
            Waiting.join(running.removeFirst());
        }
    }

    /** What was done, in a sentence. */
    public String summary() {
        StringBuilder words = new StringBuilder();
        words.append(written).append(dry ? " keys would be written, " : " keys written, ");
        words.append(same).append(" were there already");
        if (expired > 0) {
            words.append(", ").append(expired).append(" have expired");
        }
        if (masked > 0) {
            words.append(", ").append(masked).append(" are secrets whose values are not in the file");
        }
        return words.toString();
    }

    @Override
    public void close() {
        shelf.close();
    }
}
