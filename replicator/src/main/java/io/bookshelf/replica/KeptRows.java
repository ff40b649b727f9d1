package io.bookshelf.replica;

import io.bookshelf.schema.DotClock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** What a core finds in the kept rows when it starts. A row that cannot be read counts as absent: then less is claimed. */
final class KeptRows {
    private static final byte CLOCK_FORMAT = 1;
    private static final String AUTHOR_ROW = "author/";
    private static final String START_ROW = "start/";

    private KeptRows() {}

    /**
     * Reads them. This start began where the one before it ended: a core that is made anew because of damage comes when the new
     * author may have written already, and who takes none of that must not be told that nothing is left out.
     */
    static ReplicaCore.Start read(
            String unit, long boot, Map<String, byte[]> kept, long sequence, long stamp, boolean empty) {
        // The store takes that row away when it meets damage; then no other row's claims hold either.
        boolean claims = kept.containsKey(Incoming.CLOCK_ROW);
        DotClock clock = DotClock.EMPTY;
        Map<Long, Long> ended = new HashMap<>();
        Map<String, PeerMemory> memories = new HashMap<>();
        for (Map.Entry<String, byte[]> row : kept.entrySet()) {
            String name = row.getKey();
            byte[] value = row.getValue();
            try {
                if (name.equals(Incoming.CLOCK_ROW)) {
                    clock = clock.merge(clock(value));
                } else if (claims && name.startsWith(AUTHOR_ROW) && value.length == 3 * Long.BYTES) {
                    ByteBuffer counters = ByteBuffer.wrap(value);
                    clock = clock.with(id(name), counters.getLong(8), counters.getLong(16));
                } else if (name.startsWith(START_ROW) && value.length == Long.BYTES) {
                    ended.put(id(name), ByteBuffer.wrap(value).getLong());
                } else if (name.startsWith(Incoming.PEER_ROW)) {
                    PeerMemory read = PeerMemory.fromBytes(value);
                    PeerMemory memory = claims ? read : read.withoutClaims();
                    memories.put(name.substring(Incoming.PEER_ROW.length()), memory);
                    clock = clock.with(memory.boot(), memory.ownNetwork(), memory.ownEverywhere());
                }
            } catch (IllegalArgumentException unreadable) {
                // As if it were not there.
                continue;
            }
        }
        long began = Math.min(
                sequence, ended.values().stream().mapToLong(end -> end).max().orElse(sequence));
        return new ReplicaCore.Start(unit, boot, began, sequence, stamp, empty, clock, claims, ended, memories);
    }

    private static long id(String name) {
        return HexFormat.fromHexDigitsToLong(name.substring(name.indexOf('/') + 1));
    }

    // Never empty, since an empty row is deleted.
    private static DotClock clock(byte[] row) {
        return DotClock.fromBytes(Arrays.copyOfRange(row, 1, row.length));
    }

    /** A clock as it is kept. */
    static byte[] row(DotClock clock) {
        byte[] bytes = clock.toBytes();
        byte[] row = new byte[1 + bytes.length];
        row[0] = CLOCK_FORMAT;
        System.arraycopy(bytes, 0, row, 1, bytes.length);
        return row;
    }

    /** Rows that take back what was claimed of earlier starts. */
    static Map<String, byte[]> forgetAuthors(Collection<Long> starts) {
        Map<String, byte[]> rows = new HashMap<>();
        starts.forEach(start -> rows.put(AUTHOR_ROW + HexFormat.of().toHexDigits(start), new byte[0]));
        return rows;
    }
}
