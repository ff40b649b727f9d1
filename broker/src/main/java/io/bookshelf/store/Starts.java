package io.bookshelf.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
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

    /** Notes, in the writer's transaction, where a start ended that somebody else now takes over from. */
    static void end(Writer writer, DamageLog damage, Ledger ended) throws SQLException {
        if (ended.replica() == 0) {
            return;
        }
        Head head = ended.head();
        String id = HexFormat.of().toHexDigits(ended.replica());
        if ((head.unitCounter() | head.networkCounter() | head.everywhereCounter()) != 0) {
            byte[] counters = ByteBuffer.allocate(3 * Long.BYTES)
                    .putLong(head.unitCounter())
                    .putLong(head.networkCounter())
                    .putLong(head.everywhereCounter())
                    .array();
            writer.sessions.write(SessionRow.ofKept(AUTHOR + id, counters));
        }
        byte[] sequence =
                ByteBuffer.allocate(Long.BYTES).putLong(head.sequence()).array();
        writer.sessions.write(SessionRow.ofKept(START + id, sequence));
        dropOldest(writer, damage);
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
