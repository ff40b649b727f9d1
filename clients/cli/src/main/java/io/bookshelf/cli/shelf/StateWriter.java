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

/**
 * Brings many values to a unit: only those that it does not have already, so that it may be broken off and begun again. Of
 * what is there it remembers a hash a key.
 */
final class StateWriter implements AutoCloseable {
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

    /** @param dry only counts */
    StateWriter(ConnectOptions options, boolean dry) {
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
            digest.update(properties.toBytes());
            digest.update((byte) (expires ? 1 : 0));
            digest.update(value);
            return ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    void write(ExportLine each) {
        byte[] value = each.value();
        Instant expires = each.expires();
        Duration left = expires == null ? Duration.ZERO : Duration.between(Instant.now(), expires);
        if (value == null) {
            masked++;
        } else if (expires != null && left.compareTo(SHORTEST) < 0) {
            expired++;
        } else if (Long.valueOf(hash(value, each.properties(), expires != null)).equals(there.get(each.key()))) {
            same++;
        } else {
            written++;
            if (!dry) {
                PutOptions options = PutOptions.DEFAULT.with(each.properties());
                put(each.key(), value, expires == null ? options : options.expiresAfter(left));
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
    void finish() {
        while (!running.isEmpty()) {
            Waiting.join(running.removeFirst());
        }
    }

    /** What was done, in a sentence. */
    String summary() {
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
