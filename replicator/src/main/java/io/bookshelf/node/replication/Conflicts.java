package io.bookshelf.node.replication;

import io.bookshelf.replica.Effect;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The last concurrent writes that were discarded, in kept rows, so that somebody can put one back. For one thread. */
final class Conflicts {
    static final String ROWS = "conflict/";

    private static final int MOST = 64;
    private static final int MOST_BYTES = 256 * 1024;
    private static final int HEAD_BYTES = 3 * Long.BYTES;

    private final ArrayDeque<Conflict> ring = new ArrayDeque<>();
    private long last;
    private int bytes;

    /**
     * A write that was discarded.
     *
     * @param number counts them
     * @param foundMillis when that was found here, milliseconds since the epoch
     */
    record Conflict(long number, long foundMillis, Entry loser, Version winner) {
        private String row() {
            return "%s%016x".formatted(ROWS, number);
        }

        private int weight() {
            return Frames.size(loser);
        }
    }

    Conflicts(SortedMap<String, byte[]> kept) {
        kept.forEach((name, value) -> {
            Conflict read = read(name, value);
            if (read != null) {
                ring.add(read);
                bytes += read.weight();
                last = Math.max(last, read.number);
            }
        });
    }

    private static @Nullable Conflict read(String name, byte[] value) {
        try {
            long number = Long.parseUnsignedLong(name.substring(ROWS.length()), 16);
            ByteBuffer in = ByteBuffer.wrap(value);
            long found = in.getLong();
            Version winner = new Version(in.getLong(), in.getLong());
            Frame frame = Frames.read(Arrays.copyOfRange(value, HEAD_BYTES, value.length));
            return frame instanceof Frame.Repair repair
                    ? new Conflict(number, found, repair.entries().getFirst(), winner)
                    : null;
        } catch (RuntimeException unreadable) {
            // One conflict less to be looked at.
            return null;
        }
    }

    /** Takes a discarded write; the rows to keep for it, none if it is known or larger than all that is kept. */
    Map<String, byte[]> add(Effect.Lost lost, long nowMillis) {
        Entry loser = lost.loser();
        boolean known = ring.stream()
                .anyMatch(other -> other.loser.key().equals(loser.key())
                        && other.loser.version().equals(loser.version()));
        if (known || Frames.size(loser) > MOST_BYTES) {
            return Map.of();
        }
        Conflict conflict = new Conflict(++last, nowMillis, loser, lost.winner());
        ring.add(conflict);
        bytes += conflict.weight();
        Map<String, byte[]> rows = new HashMap<>();
        while (ring.size() > MOST || bytes > MOST_BYTES) {
            Conflict oldest = ring.removeFirst();
            bytes -= oldest.weight();
            rows.put(oldest.row(), new byte[0]);
        }
        byte[] entry = Frames.write(new Frame.Repair(List.of(loser), Scope.EVERYWHERE, List.of()));
        rows.put(
                conflict.row(),
                ByteBuffer.allocate(HEAD_BYTES + entry.length)
                        .putLong(nowMillis)
                        .putLong(lost.winner().stamp())
                        .putLong(lost.winner().replica())
                        .put(entry)
                        .array());
        return rows;
    }

    /** Newest first. */
    Collection<Conflict> newest() {
        return new ArrayList<>(ring).reversed();
    }
}
