package io.bookshelf.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * What a store remembers of its earlier starts, in kept rows: how far the counters of each had come, and where the last few
 * ended.
 */
final class Starts {
    /** What is known of other authors, kept by whoever stands above. It must not survive damage. */
    static final SessionRow.Id CLOCK = SessionRow.id(SessionRow.Table.KEPT, "clock");

    private static final String AUTHOR = "author/";
    private static final String START = "start/";
    private static final byte[] FIRST_START = "start/".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BEHIND_STARTS = "start0".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_STARTS = 64;

    private Starts() {}

    static long newReplica(RandomGenerator random) {
        long id = random.nextLong();
        return id == 0 ? newReplica(random) : id;
    }

    static Map<String, byte[]> rows(Ledger ended) {
        return rows(ended.replica(), ended.head());
    }

    /** The kept rows that say what a start had come to and where it ended; none for no start. */
    static Map<String, byte[]> rows(long replica, Head ended) {
        Map<String, byte[]> rows = new TreeMap<>();
        if (replica != 0) {
            String id = HexFormat.of().toHexDigits(replica);
            if ((ended.unitCounter() | ended.networkCounter() | ended.everywhereCounter()) != 0) {
                rows.put(AUTHOR + id, longs(ended.unitCounter(), ended.networkCounter(), ended.everywhereCounter()));
            }
            rows.put(START + id, longs(ended.sequence()));
        }
        return rows;
    }

    private static byte[] longs(long... values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * Long.BYTES);
        out.asLongBuffer().put(values);
        return out.array();
    }

    /** Notes, in the writer's transaction, where a start ended that somebody else now takes over from. */
    static void end(Writer writer, DamageLog damage, Ledger ended) throws SQLException {
        for (Map.Entry<String, byte[]> row : rows(ended).entrySet()) {
            writer.sessions.write(SessionRow.ofKept(row.getKey(), row.getValue()));
        }
        if (ended.replica() != 0) {
            dropOldest(writer, damage);
        }
    }

    private static void dropOldest(Writer writer, DamageLog damage) throws SQLException {
        List<Start> starts = new ArrayList<>();
        new SessionReader(writer.db, damage)
                .kept(FIRST_START, BEHIND_STARTS)
                .forEach((name, sequence) ->
                        starts.add(new Start(name, ByteBuffer.wrap(sequence).getLong())));
        starts.sort(Comparator.comparingLong(Start::sequence).thenComparing(Start::name));
        for (Start oldest : starts.subList(0, Math.max(0, starts.size() - MOST_STARTS))) {
            writer.sessions.erase(SessionRow.id(SessionRow.Table.KEPT, oldest.name()));
        }
    }

    private record Start(String name, long sequence) {}
}
