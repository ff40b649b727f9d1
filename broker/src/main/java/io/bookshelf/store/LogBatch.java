package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A row of the log as bytes: where the store stood after the commit, then some of the commit's entries. The start and each
 * entry have a checksum of their own, so that damage to one leaves the others.
 *
 * @param start where the store stood; null if its checksum does not hold
 * @param items the entries that are whole
 * @param lost how many are not, as far as that can be known
 */
record LogBatch(@Nullable Start start, List<Recent.Item> items, int lost) {
    /** Stands for an author that format 1, whose authors lasted as long as the file, did not note. */
    static final long ANY_REPLICA = 0;

    // Number, the fields of the head, keys with an entry; how many entries follow.
    private static final int COMMON = 8 * Long.BYTES + Integer.BYTES;
    // The replica id, then the checksum of what comes before it.
    private static final int START = COMMON + 2 * Long.BYTES;
    private static final int START_OF_FORMAT_1 = COMMON + Long.BYTES;
    // The lengths of an entry and of its key.
    private static final int ENTRY_START = 2 * Integer.BYTES;

    /** Bytes after which a batch is to be ended: it then fits on a page, and damage to one page loses no other. */
    static final int MOST_BYTES = 4_000;

    /**
     * Where the store stood.
     *
     * @param head the head, whose counters are those of {@code replica}
     * @param replica the author id
     * @param rows how many keys had an entry, tombstones included
     */
    record Start(Head head, long replica, long rows) {}

    /** Gathers the entries of a commit into batches. */
    static final class Encoder {
        private final EntryCodec codec = new EntryCodec();
        private final List<byte[]> parts = new ArrayList<>();

        /**
         * Adds an entry.
         *
         * @param file what the entry table has under its key, null where that is not known
         */
        Recent.Item add(Entry entry, Recent.@Nullable FileRow file) {
            byte[] key = entry.key().utf8();
            ByteBuffer body = codec.encode(key, entry);
            ByteBuffer part = ByteBuffer.allocate(ENTRY_START + key.length + body.limit());
            part.putInt(part.capacity()).putInt(key.length).put(key);
            part.put(body.array(), 0, body.limit());
            parts.add(part.array());
            return new Recent.Item(key, entry, body.getLong(0), file);
        }

        /** The batches of all that was added, at least one; they are numbered upwards from {@code id}. */
        List<byte[]> batches(long id, Start start) {
            List<byte[]> batches = new ArrayList<>();
            int from = 0;
            while (from < parts.size() || batches.isEmpty()) {
                int end = from;
                int bytes = START;
                while (end < parts.size() && (end == from || bytes + parts.get(end).length <= MOST_BYTES)) {
                    bytes += parts.get(end++).length;
                }
                batches.add(batch(id + batches.size(), start, parts.subList(from, end), bytes));
                from = end;
            }
            return batches;
        }

        private static byte[] batch(long id, Start start, List<byte[]> parts, int bytes) {
            Head head = start.head();
            ByteBuffer out = ByteBuffer.allocate(bytes);
            out.putLong(id).putLong(head.sequence()).putLong(head.clock()).putLong(head.unitCounter());
            out.putLong(head.networkCounter()).putLong(head.everywhereCounter()).putLong(head.keys());
            out.putLong(start.rows()).putInt(parts.size()).putLong(start.replica());
            out.putLong(crc(out.array(), out.position()));
            parts.forEach(out::put);
            return out.array();
        }
    }

    /** Reads the batch that stands in the row {@code id}. */
    static LogBatch decode(long id, byte[] bytes, EntryCodec codec) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < START_OF_FORMAT_1) {
            return new LogBatch(null, List.of(), 1);
        }
        boolean isFormat1 = isWhole(bytes, START_OF_FORMAT_1) && !isWhole(bytes, START);
        boolean whole = (isFormat1 || isWhole(bytes, START)) && in.getLong(0) == id;
        in.position(Long.BYTES);
        Head head = new Head(in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong(), in.getLong());
        long rows = in.getLong();
        int count = in.getInt();
        long replica = isFormat1 ? ANY_REPLICA : in.getLong();
        in.position(isFormat1 ? START_OF_FORMAT_1 : Math.min(START, bytes.length));
        List<Recent.Item> items = new ArrayList<>();
        int met = 0;
        while (in.remaining() >= ENTRY_START) {
            int start = in.position();
            int length = in.getInt();
            if (length < ENTRY_START || length > bytes.length - start) {
                break;
            }
            met++;
            Recent.Item item = item(bytes, start, length, codec);
            if (item != null) {
                items.add(item);
            }
            in.position(start + length);
        }
        int expected = whole ? count : met + (in.hasRemaining() ? 1 : 0);
        return new LogBatch(whole ? new Start(head, replica, rows) : null, items, Math.max(0, expected - items.size()));
    }

    /** True if the checksum at the end of a start of so many bytes holds. */
    private static boolean isWhole(byte[] bytes, int start) {
        int end = start - Long.BYTES;
        return bytes.length >= start
                && crc(bytes, end) == ByteBuffer.wrap(bytes).getLong(end);
    }

    private static Recent.@Nullable Item item(byte[] bytes, int start, int length, EntryCodec codec) {
        int keyLength = ByteBuffer.wrap(bytes).getInt(start + Integer.BYTES);
        int bodyLength = length - ENTRY_START - keyLength;
        if (keyLength < 0 || bodyLength < Long.BYTES) {
            return null;
        }
        int bodyStart = start + ENTRY_START + keyLength;
        byte[] key = Arrays.copyOfRange(bytes, start + ENTRY_START, bodyStart);
        Entry entry = codec.decode(key, bytes, bodyStart, bodyLength);
        return entry == null
                ? null
                : new Recent.Item(key, entry, ByteBuffer.wrap(bytes).getLong(bodyStart), null);
    }

    private static long crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }
}
