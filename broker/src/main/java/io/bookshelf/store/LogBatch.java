package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A row of the log as bytes: where the store stood after the commit, then some of the commit's entries. The start and each
 * entry have a checksum of their own, so that damage to one leaves the others.
 *
 * @param head where the store stood; null if the checksum of the start does not hold
 * @param rows how many keys had an entry then, tombstones included
 * @param items the entries that are whole
 * @param lost how many are not, as far as that can be known
 */
record LogBatch(@Nullable Head head, long rows, List<Recent.Item> items, int lost) {
    private static final int START = 8 * Long.BYTES + Integer.BYTES + Long.BYTES;
    private static final int ENTRY_START = Integer.BYTES + 6 * Long.BYTES + 2 + 3 * Integer.BYTES;

    /** Bytes after which a batch is to be ended: it then fits on a page, and damage to one page loses no other. */
    static final int MOST_BYTES = 4_000;

    /** Gathers entries into batches. */
    static final class Encoder {
        private final EntryTable table = new EntryTable();

        /** The batches of a commit, at least one; all are numbered upwards from {@code id}. */
        List<byte[]> encode(long id, Head head, long rows, List<Recent.Item> items) {
            List<byte[]> batches = new ArrayList<>();
            List<byte[]> parts = new ArrayList<>();
            int bytes = START;
            for (Recent.Item item : items) {
                byte[] part = encode(item);
                if (!parts.isEmpty() && bytes + part.length > MOST_BYTES) {
                    batches.add(batch(id + batches.size(), head, rows, parts, bytes));
                    parts.clear();
                    bytes = START;
                }
                parts.add(part);
                bytes += part.length;
            }
            if (!parts.isEmpty() || batches.isEmpty()) {
                batches.add(batch(id + batches.size(), head, rows, parts, bytes));
            }
            return batches;
        }

        /** An entry with its checksum, ready to be logged. */
        Recent.Item item(Entry entry, Recent.@Nullable FileRow file) {
            return new Recent.Item(entry.key().utf8(), entry, table.checksum(entry), file);
        }

        private static byte[] batch(long id, Head head, long rows, List<byte[]> parts, int bytes) {
            ByteBuffer out = ByteBuffer.allocate(bytes);
            out.putLong(id).putLong(head.sequence()).putLong(head.clock()).putLong(head.unitCounter());
            out.putLong(head.networkCounter()).putLong(head.everywhereCounter()).putLong(head.keys());
            out.putLong(rows).putInt(parts.size());
            out.putLong(crc(out.array(), out.position()));
            parts.forEach(out::put);
            return out.array();
        }

        private static byte[] encode(Recent.Item item) {
            Entry entry = item.entry();
            byte[] seen = entry.seen().toBytes();
            byte[] properties = entry.properties().toBytes();
            int length = ENTRY_START + item.key().length + seen.length + properties.length + entry.value().length;
            ByteBuffer out = ByteBuffer.allocate(length);
            out.putInt(length).putLong(item.checksum()).putLong(entry.sequence());
            out.putLong(entry.version().stamp()).putLong(entry.version().replica());
            out.putLong(entry.counter()).putLong(entry.expiresAt());
            out.put((byte) (entry.deleted() ? 1 : 0)).put((byte) entry.qos());
            out.putInt(item.key().length).putInt(seen.length).putInt(properties.length);
            return out.put(item.key())
                    .put(seen)
                    .put(properties)
                    .put(entry.value())
                    .array();
        }
    }

    /** Reads the batch that stands in the row {@code id}. */
    static LogBatch decode(long id, byte[] bytes, EntryTable table) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < START) {
            return new LogBatch(null, 0, List.of(), 1);
        }
        boolean sameId = in.getLong() == id;
        Head head = new Head(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
        long rows = in.getLong();
        int count = in.getInt();
        boolean whole = crc(bytes, in.position()) == in.getLong() && sameId;
        List<Recent.Item> items = new ArrayList<>();
        int met = 0;
        while (in.remaining() >= ENTRY_START) {
            int start = in.position();
            int length = in.getInt();
            if (length < ENTRY_START || length > bytes.length - start) {
                break;
            }
            met++;
            Recent.Item item = item(in.slice(start + Integer.BYTES, length - Integer.BYTES), table);
            if (item != null) {
                items.add(item);
            }
            in.position(start + length);
        }
        int expected = whole ? count : met + (in.hasRemaining() ? 1 : 0);
        return new LogBatch(whole ? head : null, rows, items, Math.max(0, expected - items.size()));
    }

    private static Recent.@Nullable Item item(ByteBuffer in, EntryTable table) {
        long checksum = in.getLong();
        long seq = in.getLong();
        Version version = new Version(in.getLong(), in.getLong());
        long counter = in.getLong();
        long expiresAt = in.getLong();
        int deleted = in.get();
        int qos = in.get();
        int keyLength = in.getInt();
        int seenLength = in.getInt();
        int propertiesLength = in.getInt();
        if (keyLength < 0 || seenLength < 0 || propertiesLength < 0) {
            return null;
        }
        long valueLength = in.remaining() - (long) keyLength - seenLength - propertiesLength;
        if (valueLength < 0) {
            return null;
        }
        byte[] key = take(in, keyLength);
        byte[] seen = take(in, seenLength);
        byte[] properties = take(in, propertiesLength);
        byte[] value = take(in, (int) valueLength);
        Entry entry =
                table.whole(checksum, key, value, deleted, qos, properties, version, counter, seen, expiresAt, seq);
        return entry == null ? null : new Recent.Item(key, entry, checksum, null);
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
