package io.bookshelf.replica;

import io.bookshelf.schema.DotClock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * What a core finds in the kept rows when it starts. A row that cannot be read counts as absent: then less is claimed. Only the row
 * of the clock claims by itself; the others claim beside one of their epoch, and of the counters that the store keeps of earlier
 * starts only those of the one that the row of the clock names.
 */
final class KeptRows {
    static final String PEER_ROW = "peer/";
    static final String CLOCK_ROW = "clock";
    private static final String AUTHOR_ROW = "author/";
    private static final String START_ROW = "start/";
    /** A clock alone: beside it the counters of all starts count, and rows of peers without an epoch. */
    private static final byte FIRST_FORMAT = 1;

    private static final byte FORMAT = 2;
    private static final int HEADER_BYTES = 1 + 3 * Long.BYTES;

    private KeptRows() {}

    /**
     * What the rows say.
     *
     * @param claims false if there is no row of a clock that can be read, so that no row claims anything
     * @param epoch the epoch of that row
     * @param revocations what was revoked when it was written
     * @param clock what this unit covers
     * @param ended earlier starts and the sequence at which each ended
     * @param memories what is kept of each peer's stream
     */
    record Found(
            boolean claims,
            long epoch,
            long revocations,
            DotClock clock,
            Map<Long, Long> ended,
            Map<String, PeerMemory> memories) {

        /**
         * The sequence at which this start began: where the one before it ended. A core that is made anew because of damage comes
         * when the new author may have written already, and who takes none of that must not be told that nothing is left out.
         */
        long began(long sequence) {
            return Math.min(
                    sequence,
                    ended.values().stream().mapToLong(end -> end).max().orElse(sequence));
        }
    }

    static Found read(Map<String, byte[]> kept) {
        // The store takes that row away when it meets damage; then no other row's claims hold either.
        byte[] clockRow = kept.get(CLOCK_ROW);
        boolean first = clockRow != null && isFirst(clockRow);
        boolean claims = first || clockRow != null && isWhole(clockRow);
        Claims.Row row = claims && clockRow != null ? row(clockRow) : new Claims.Row(0, 0, 0, DotClock.EMPTY);
        DotClock clock = row.clock();
        Map<Long, Long> ended = new HashMap<>();
        Map<String, PeerMemory> memories = new HashMap<>();
        for (Map.Entry<String, byte[]> each : kept.entrySet()) {
            String name = each.getKey();
            byte[] value = each.getValue();
            try {
                if (claims && name.startsWith(AUTHOR_ROW) && value.length == 3 * Long.BYTES) {
                    if (first || id(name) == row.author()) {
                        ByteBuffer counters = ByteBuffer.wrap(value);
                        clock = clock.with(id(name), counters.getLong(8), counters.getLong(16));
                    }
                } else if (name.startsWith(START_ROW) && value.length == Long.BYTES) {
                    ended.put(id(name), ByteBuffer.wrap(value).getLong());
                } else if (name.startsWith(PEER_ROW)) {
                    PeerMemory read = PeerMemory.fromBytes(value);
                    boolean counts = claims && read.epoch() == row.epoch();
                    PeerMemory memory = counts ? read : read.withoutClaims(row.epoch());
                    memories.put(name.substring(PEER_ROW.length()), memory);
                    clock = clock.with(memory.boot(), memory.ownNetwork(), memory.ownEverywhere());
                }
            } catch (IllegalArgumentException unreadable) {
                // As if it were not there.
                continue;
            }
        }
        return new Found(claims, row.epoch(), row.revocations(), clock, ended, memories);
    }

    private static long id(String name) {
        return HexFormat.fromHexDigitsToLong(name.substring(name.indexOf('/') + 1));
    }

    private static boolean isFirst(byte[] row) {
        return row.length > 0 && row[0] == FIRST_FORMAT && (row.length - 1) % (3 * Long.BYTES) == 0;
    }

    private static boolean isWhole(byte[] row) {
        return row.length >= HEADER_BYTES && row[0] == FORMAT && (row.length - HEADER_BYTES) % (3 * Long.BYTES) == 0;
    }

    private static Claims.Row row(byte[] row) {
        if (isFirst(row)) {
            return new Claims.Row(0, 0, 0, DotClock.fromBytes(Arrays.copyOfRange(row, 1, row.length)));
        }
        ByteBuffer in = ByteBuffer.wrap(row, 1, HEADER_BYTES - 1);
        return new Claims.Row(
                in.getLong(),
                in.getLong(),
                in.getLong(),
                DotClock.fromBytes(Arrays.copyOfRange(row, HEADER_BYTES, row.length)));
    }

    /** The row of the clock as it is kept. */
    static byte[] row(Claims.Row row) {
        byte[] clock = row.clock().toBytes();
        return ByteBuffer.allocate(HEADER_BYTES + clock.length)
                .put(FORMAT)
                .putLong(row.epoch())
                .putLong(row.author())
                .putLong(row.revocations())
                .put(clock)
                .array();
    }
}
