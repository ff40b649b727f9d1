package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * All of an entry but its key as bytes, as the entry table and the log keep it: a checksum over what follows it and over the
 * key, the numbers, then seen, properties, what later versions may add, and the value. Not thread-safe.
 */
final class EntryCodec {
    /** The checksum of a body that is too short to hold one. */
    static final long NO_CHECKSUM = -1;

    // Checksum, sequence, stamp, replica, counter, expiry; flags; the lengths of seen, properties and additions.
    private static final int FIXED = 6 * Long.BYTES + 1 + 3 * Integer.BYTES;
    private static final int DELETED = 1;
    private static final int QOS_SHIFT = 1;
    private static final int QOS = 3;
    private static final int LARGEST_KEPT = 64 * 1024;

    private final CRC32C crc = new CRC32C();
    private ByteBuffer scratch = ByteBuffer.allocate(512);

    /** The entry as bytes, from the buffer's position to its limit; they stand until the next call. */
    ByteBuffer encode(byte[] key, Entry entry) {
        byte[] seen = entry.seen().toBytes();
        byte[] properties = entry.properties().toBytes();
        byte[] value = entry.value();
        ByteBuffer out = cleared(FIXED + seen.length + properties.length + value.length);
        out.putLong(0).putLong(entry.sequence());
        out.putLong(entry.version().stamp()).putLong(entry.version().replica());
        out.putLong(entry.counter()).putLong(entry.expiresAt());
        out.put((byte) ((entry.deleted() ? DELETED : 0) | entry.qos() << QOS_SHIFT));
        out.putInt(seen.length).putInt(properties.length).putInt(0);
        out.put(seen).put(properties).put(value).flip();
        return out.putLong(0, checksum(out.array(), 0, out.limit(), key));
    }

    private ByteBuffer cleared(int length) {
        if (length > LARGEST_KEPT) {
            return ByteBuffer.allocate(length);
        }
        if (scratch.capacity() < length) {
            scratch = ByteBuffer.allocate(Math.max(length, 2 * scratch.capacity()));
        }
        return scratch.clear();
    }

    private long checksum(byte[] body, int start, int length, byte[] key) {
        crc.reset();
        crc.update(body, start + Long.BYTES, length - Long.BYTES);
        crc.update(key, 0, key.length);
        return crc.getValue();
    }

    /** The checksum that a body says it has. */
    static long checksum(byte[] body) {
        return body.length < Long.BYTES ? NO_CHECKSUM : ByteBuffer.wrap(body).getLong();
    }

    /** The entry that {@code length} bytes from {@code start} are the body of, null if they are not whole. */
    @Nullable
    Entry decode(byte[] key, byte[] body, int start, int length) {
        if (length < FIXED) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(body, start, length);
        if (in.getLong() != checksum(body, start, length, key)) {
            return null;
        }
        long sequence = in.getLong();
        Version version = new Version(in.getLong(), in.getLong());
        long counter = in.getLong();
        long expiresAt = in.getLong();
        int flags = in.get();
        int seenLength = in.getInt();
        int propertiesLength = in.getInt();
        int added = in.getInt();
        try {
            Seen seen = Seen.fromBytes(take(in, seenLength));
            ValueProperties properties = ValueProperties.fromBytes(take(in, propertiesLength));
            in.position(in.position() + added);
            return new Entry(
                    Key.of(new String(key, StandardCharsets.UTF_8)),
                    take(in, in.remaining()),
                    (flags & DELETED) != 0,
                    flags >> QOS_SHIFT & QOS,
                    properties,
                    version,
                    counter,
                    seen,
                    expiresAt,
                    sequence);
        } catch (IllegalArgumentException notAnEntry) {
            return null;
        }
    }

    private static byte[] take(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a part of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
