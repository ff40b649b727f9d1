package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Entries for tests. The stamp's milliseconds are {@link #MILLIS} plus the sequence. */
final class Entries {
    static final long MILLIS = 1_700_000_000_000L;

    private Entries() {}

    /** A search for tombstones up to a sequence whose stamps are from before that time. */
    static TombstoneSearch forgetting(long through, long beforeMillis) {
        return new TombstoneSearch(0, through, beforeMillis, 0, 1_000, tombstone -> true);
    }

    static Entry live(String key, String value, long sequence) {
        return entry(key, value.getBytes(StandardCharsets.UTF_8), false, ValueProperties.NONE, 0, sequence);
    }

    static Entry large(String key, int bytes, long sequence) {
        byte[] value = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            value[i] = (byte) (i * sequence);
        }
        return entry(key, value, false, ValueProperties.NONE, 0, sequence);
    }

    static Entry expiring(String key, long sequence, long expiresAt) {
        return entry(key, new byte[] {1}, false, properties(), expiresAt, sequence);
    }

    static Entry tombstone(String key, long sequence) {
        return entry(key, new byte[0], true, ValueProperties.NONE, 0, sequence);
    }

    /** A delete that took its time on the way here. */
    static Entry tombstone(String key, long sequence, long millis) {
        Entry entry = tombstone(key, sequence);
        return new Entry(
                entry.key(),
                entry.value(),
                true,
                entry.qos(),
                entry.properties(),
                new Version(HybridClock.stamp(millis), 8),
                1,
                entry.seen(),
                0,
                sequence);
    }

    /** An entry with every field set. */
    static Entry full(String key, long sequence) {
        return entry(key, new byte[] {0, -1, 5}, false, properties(), MILLIS * 2, sequence);
    }

    static ValueProperties properties() {
        return new ValueProperties(
                1,
                "text/plain",
                "answers/here",
                new byte[] {9, 0},
                List.of(new ValueProperties.Property("a", "1"), new ValueProperties.Property("a", "2")),
                "writer",
                "writer-client");
    }

    private static Entry entry(
            String key, byte[] value, boolean deleted, ValueProperties properties, long expiresAt, long sequence) {
        return new Entry(
                Key.of(key),
                value,
                deleted,
                2,
                properties,
                new Version(HybridClock.stamp(MILLIS + sequence), -5),
                sequence,
                Seen.NOTHING.with(-5, sequence).with(3, 4),
                expiresAt,
                sequence);
    }
}
