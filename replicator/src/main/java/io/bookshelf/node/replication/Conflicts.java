package io.bookshelf.node.replication;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The last concurrent writes that were discarded, so that somebody can put one back. Each is kept in a row of its own, written in
 * the transaction that discards it. For one thread.
 */
final class Conflicts {
    static final String ROWS = "conflict/";

    private static final int MOST = 64;
    private static final int MOST_BYTES = 256 * 1024;
    private static final int HEAD_BYTES = 3 * Long.BYTES;

    private final ArrayDeque<Conflict> ring = new ArrayDeque<>();
    private int bytes;

    /**
     * A write that was discarded.
     *
     * @param foundMillis when that was found here, milliseconds since the epoch
     */
    record Conflict(long foundMillis, Entry loser, Version winner) {
        private int weight() {
            return Frames.size(loser);
        }

        private boolean isAbout(Entry entry) {
            return loser.key().equals(entry.key()) && loser.version().equals(entry.version());
        }
    }

    Conflicts(Map<String, byte[]> kept) {
        kept.values().stream()
                .map(Conflicts::read)
                .flatMap(List::stream)
                .sorted(Comparator.comparingLong(Conflict::foundMillis))
                .forEach(conflict -> {
                    ring.add(conflict);
                    bytes += conflict.weight();
                });
    }

    // One that cannot be read is one less to be looked at.
    private static List<Conflict> read(byte[] value) {
        try {
            ByteBuffer in = ByteBuffer.wrap(value);
            long found = in.getLong();
            Version winner = new Version(in.getLong(), in.getLong());
            Frame frame = Frames.read(Arrays.copyOfRange(value, HEAD_BYTES, value.length));
            return frame instanceof Frame.Repair repair
                    ? List.of(new Conflict(found, repair.entries().getFirst(), winner))
                    : List.of();
        } catch (RuntimeException unreadable) {
            return List.of();
        }
    }

    /** The row to keep for a discarded write; none if it is larger than all that is kept. */
    static Map<String, byte[]> rows(Entry loser, Version winner, long nowMillis) {
        if (Frames.size(loser) > MOST_BYTES) {
            return Map.of();
        }
        byte[] entry = Frames.write(new Frame.Repair(List.of(loser), Scope.EVERYWHERE, List.of()));
        byte[] row = ByteBuffer.allocate(HEAD_BYTES + entry.length)
                .putLong(nowMillis)
                .putLong(winner.stamp())
                .putLong(winner.replica())
                .put(entry)
                .array();
        return Map.of(row(loser), row);
    }

    private static String row(Entry loser) {
        return "%s%016x%016x"
                .formatted(ROWS, loser.version().stamp(), loser.version().replica());
    }

    /** Takes a discarded write whose row is kept; the rows that are too many now, as empty ones. */
    Map<String, byte[]> add(Entry loser, Version winner, long nowMillis) {
        if (Frames.size(loser) > MOST_BYTES || ring.stream().anyMatch(other -> other.isAbout(loser))) {
            return Map.of();
        }
        Conflict conflict = new Conflict(nowMillis, loser, winner);
        ring.add(conflict);
        bytes += conflict.weight();
        return dropOldest();
    }

    /** Drops what is too much; the rows to delete, as empty ones. */
    Map<String, byte[]> dropOldest() {
        Map<String, byte[]> rows = new HashMap<>();
        while (ring.size() > MOST || bytes > MOST_BYTES) {
            Conflict oldest = ring.removeFirst();
            bytes -= oldest.weight();
            rows.put(row(oldest.loser), new byte[0]);
        }
        return rows;
    }

    /** Newest first. */
    Collection<Conflict> newest() {
        return new ArrayList<>(ring).reversed();
    }
}
