package io.bookshelf.store;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import java.nio.ByteBuffer;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a walk over all entries finds.
 *
 * @param complete false if it was stopped early; then the rest says nothing
 * @param ordered false if rows do not stand in the order of their keys, or in wrong buckets: lookups may then miss rows
 * @param rows rows that are whole
 * @param damaged rows that are not
 * @param sum the sum of the whole rows' checksums
 * @param places a sum over (sequence, key) and (bucket, key), to compare with the indexes
 * @param keys whole rows that hold a value
 * @param sequence the greatest sequence
 * @param clock the greatest stamp
 */
record Totals(
        boolean complete,
        boolean ordered,
        long rows,
        long damaged,
        long sum,
        long places,
        long keys,
        long sequence,
        long clock) {

    /** Walks in the caller's read transaction. */
    static Totals of(Db db, DamageLog damage) throws SQLException {
        return of(db, damage, key -> {}, () -> false);
    }

    /** Walks in the caller's read transaction, until it is told to stop, and hands over the keys met. */
    static Totals of(Db db, DamageLog damage, Consumer<ByteBuffer> met, BooleanSupplier stop) throws SQLException {
        EntryTable table = new EntryTable();
        boolean ordered = true;
        long rows = 0;
        long damaged = 0;
        long sum = 0;
        long places = 0;
        long keys = 0;
        long sequence = 0;
        long clock = 0;
        byte @Nullable [] last = null;
        try (PreparedStatement select = db.prepareOnce(
                        "SELECT " + EntryTable.COLUMNS + ",typeof(key)='blob',bucket FROM entry ORDER BY key");
                ResultSet found = select.executeQuery()) {
            while (found.next()) {
                if (stop.getAsBoolean()) {
                    return new Totals(false, true, 0, 0, 0, 0, 0, 0, 0);
                }
                EntryTable.Row row = table.read(found);
                ordered &= found.getInt(5) == 1 && (last == null || Arrays.compareUnsigned(last, row.key()) < 0);
                last = row.key();
                met.accept(ByteBuffer.wrap(row.key()));
                int bucket = found.getInt(6);
                places += place(row.seq(), row.key()) + place(bucket, row.key());
                Entry entry = row.entry();
                if (entry == null) {
                    damaged++;
                    damage.row(row);
                    continue;
                }
                ordered &= bucket == Bucket.of(entry.key());
                rows++;
                sum += row.checksum();
                keys += entry.deleted() ? 0 : 1;
                sequence = Math.max(sequence, entry.sequence());
                clock = Math.max(clock, entry.version().stamp());
            }
        }
        return new Totals(true, ordered, rows, damaged, sum, places, keys, sequence, clock);
    }

    /** How many of the rows that the ledger of the same moment speaks of are not there. */
    long missing(Ledger ledger) {
        long missing = Math.max(0, ledger.rows() - rows - damaged);
        // As many rows as there should be, but not these: an older row has come back in place of a newer one.
        boolean others = missing == 0 && damaged == 0 && sum != ledger.sum() && ledger.sumHolds();
        return others ? 1 : missing;
    }

    /** The same sum over the places as the indexes have them. */
    static long placesInIndexes(Db db) throws SQLException {
        return placesInIndex(db, "seq", "entry_seq") + placesInIndex(db, "bucket", "entry_bucket");
    }

    private static long placesInIndex(Db db, String column, String index) throws SQLException {
        long places = 0;
        try (PreparedStatement select = db.prepareOnce("SELECT " + column
                        + ",key,typeof(key)='blob' FROM entry INDEXED BY " + index + " ORDER BY " + column);
                ResultSet found = select.executeQuery()) {
            while (found.next()) {
                byte[] key = found.getBytes(2);
                if (key != null && found.getInt(3) == 1) {
                    places += place(found.getLong(1), key);
                }
            }
        }
        return places;
    }

    private static long place(long number, byte[] key) {
        // Mixed, so that two wrong places do not cancel out.
        long mixed = (number * 0x9E3779B97F4A7C15L) ^ (Arrays.hashCode(key) * 0xC2B2AE3D27D4EB4FL);
        return (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
    }

    /** The ledger of a file that holds just this, made from one whose ledger was {@code known}, null for not known. */
    Ledger ledger(@Nullable Ledger known) {
        Ledger old = known == null ? Ledger.EMPTY : known;
        Head head = new Head(
                Math.max(sequence, old.head().sequence()),
                Math.max(clock, old.head().clock()),
                old.head().unitCounter(),
                old.head().networkCounter(),
                old.head().everywhereCounter(),
                keys);
        long lost = Math.max(0, old.all() - rows) + old.lost();
        return new Ledger(old.replica(), head, rows + damaged, rows + damaged, sum, damaged, damaged, lost);
    }
}
