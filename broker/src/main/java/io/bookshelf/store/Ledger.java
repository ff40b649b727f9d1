package io.bookshelf.store;

import io.bookshelf.schema.Scope;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The single row that says where the store stands, and what the rows of the entry table must add up to, so that rows that
 * vanish without a word are noticed. It is rewritten whenever that table changes; in between, the log says where the store
 * stands.
 *
 * @param replica the author id of the start that wrote last, 0 for none; the counters are that author's
 * @param rows how many rows the entry table holds
 * @param all how many keys have an entry, there or in the log
 * @param sum the sum of their checksums, modulo 2^64
 * @param repairs how often a damaged row was written over; its checksum can then not be taken from the sum with certainty,
 *     so the sum is worth nothing until a check has seen the same number
 * @param settled the number of repairs up to which the sum has been settled
 * @param lost rows that could not be taken over when the file was made from a damaged one
 */
record Ledger(long replica, Head head, long all, long rows, long sum, long repairs, long settled, long lost) {
    static final String CREATE = "CREATE TABLE head(id INTEGER PRIMARY KEY CHECK(id=1),replica INTEGER NOT NULL,"
            + "sequence INTEGER NOT NULL,clock INTEGER NOT NULL,unit_counter INTEGER NOT NULL,"
            + "network_counter INTEGER NOT NULL,everywhere_counter INTEGER NOT NULL,keys INTEGER NOT NULL,"
            + "all_count INTEGER NOT NULL,row_count INTEGER NOT NULL,row_sum INTEGER NOT NULL,repairs INTEGER NOT NULL,"
            + "settled INTEGER NOT NULL,lost INTEGER NOT NULL,checksum INTEGER NOT NULL)";
    static final String SELECT = "SELECT replica,sequence,clock,unit_counter,network_counter,everywhere_counter,keys,"
            + "all_count,row_count,row_sum,repairs,settled,lost,checksum FROM head WHERE id=1";
    static final String SAVE = "INSERT OR REPLACE INTO head(id,replica,sequence,clock,unit_counter,network_counter,"
            + "everywhere_counter,keys,all_count,row_count,row_sum,repairs,settled,lost,checksum) "
            + "VALUES(1,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

    private static final int FIELDS = 13;

    /** That of a file that nobody has written to. */
    static final Ledger EMPTY = new Ledger(0, Head.EMPTY, 0, 0, 0, 0, 0, 0);

    /** The row, or null if it is not there or its checksum does not hold. */
    static @Nullable Ledger read(PreparedStatement select) throws SQLException {
        try (ResultSet row = select.executeQuery()) {
            if (!row.next()) {
                return null;
            }
            long[] f = new long[FIELDS];
            for (int i = 0; i < FIELDS; i++) {
                f[i] = row.getLong(i + 1);
            }
            if (row.getLong(FIELDS + 1) != checksum(f)) {
                return null;
            }
            return new Ledger(
                    f[0], new Head(f[1], f[2], f[3], f[4], f[5], f[6]), f[7], f[8], f[9], f[10], f[11], f[12]);
        }
    }

    void save(PreparedStatement save) throws SQLException {
        long[] f = {
            replica,
            head.sequence(),
            head.clock(),
            head.unitCounter(),
            head.networkCounter(),
            head.everywhereCounter(),
            head.keys(),
            all,
            rows,
            sum,
            repairs,
            settled,
            lost
        };
        for (int i = 0; i < FIELDS; i++) {
            save.setLong(i + 1, f[i]);
        }
        save.setLong(FIELDS + 1, checksum(f));
        save.executeUpdate();
    }

    /** This after a commit that changed the entries by a {@link Delta}. */
    Ledger after(long sequence, long clock, Map<Scope, Long> counters, Delta delta) {
        Head next = new Head(
                sequence,
                clock,
                counters.getOrDefault(Scope.UNIT, head.unitCounter()),
                counters.getOrDefault(Scope.NETWORK, head.networkCounter()),
                counters.getOrDefault(Scope.EVERYWHERE, head.everywhereCounter()),
                head.keys() + delta.keys);
        return new Ledger(
                replica,
                next,
                all + delta.all,
                rows + delta.rows,
                sum + delta.sum,
                repairs + delta.repairs,
                settled,
                lost);
    }

    /** This after a part of the log was folded. */
    Ledger folded(Delta delta) {
        return after(head.sequence(), head.clock(), Map.of(), delta);
    }

    /** This as another author begins with it, who has written nothing yet. */
    Ledger startedBy(long author) {
        return new Ledger(author, head.withoutCounters(), all, rows, sum, repairs, settled, lost);
    }

    /**
     * Where a file stands: as its ledger says, or as its log does where that is ahead.
     *
     * @param stored the ledger, null if it is damaged
     * @param logged the last whole row of the log, null if there is none
     * @return null if neither is known
     */
    static @Nullable Ledger standing(@Nullable Ledger stored, LogBatch.@Nullable Start logged) {
        if (logged == null) {
            return stored;
        }
        if (stored == null) {
            return EMPTY.startedBy(logged.replica()).at(logged.head(), logged.rows());
        }
        // A start that changed no entry is in the ledger alone; what is logged is then from before it.
        boolean sameAuthor = logged.replica() == stored.replica || logged.replica() == LogBatch.ANY_REPLICA;
        return sameAuthor && logged.head().sequence() >= stored.head.sequence()
                ? stored.at(logged.head(), logged.rows())
                : stored;
    }

    /** This with the sum corrected by what a check found, which had seen {@code seenRepairs}. */
    Ledger settled(long sumCorrection, long seenRepairs) {
        return new Ledger(replica, head, all, rows, sum + sumCorrection, repairs, seenRepairs, lost);
    }

    /** This where the log says that the store stood. */
    Ledger at(Head logged, long loggedAll) {
        return new Ledger(replica, logged, loggedAll, rows, sum, repairs, settled, lost);
    }

    /** True if all but what the log says too is the same. */
    boolean sameTable(Ledger other) {
        return at(other.head, other.all).equals(other);
    }

    /** True if the sum can be compared with the rows. */
    boolean sumHolds() {
        return repairs == settled;
    }

    /** What a transaction changes in the totals. */
    static final class Delta {
        long keys;
        long all;
        long rows;
        long sum;
        long repairs;
    }

    private static long checksum(long[] fields) {
        ByteBuffer bytes = ByteBuffer.allocate(fields.length * Long.BYTES);
        bytes.asLongBuffer().put(fields);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array());
        return crc.getValue();
    }
}
