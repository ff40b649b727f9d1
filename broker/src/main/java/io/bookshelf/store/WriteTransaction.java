package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.io.Closeable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of the single writer. Everything in it becomes durable and visible together in {@link #commit}; closed
 * without a commit, it leaves no trace.
 *
 * <p>Reads inside it see its own writes. Any method may throw {@link StoreException}; then the transaction is lost and only
 * {@link #close()} may follow.
 */
public interface WriteTransaction extends Closeable {
    /**
     * The entry that the key has now, tombstones included; null for a key never written, forgotten or damaged. The
     * transaction that is the first to find one damaged cannot be committed.
     */
    @Nullable
    Entry stored(Key key);

    /** Puts the entry in place of whatever the key had. Its sequence must be greater than any before. */
    void put(Entry entry);

    /**
     * Turns live entries that expired at or before {@code nowMillis} into tombstones of the same version and sequence,
     * at most {@code most} of them.
     *
     * @return how many
     */
    int expire(long nowMillis, int most);

    /** Forgets the tombstones that a search finds and may forget: their keys are then as if never written. */
    TombstoneSearch.Result forgetTombstones(TombstoneSearch search);

    /** Applies a change to a durable session. */
    void apply(SessionChange change);

    /**
     * Keeps a small row for whoever stands above the store, in place of the one of the same name.
     *
     * <p>Rows that the store itself keeps: {@code author/<replica id>}, what the counters of an earlier start had come to for
     * the scopes unit, network and everywhere, and {@code start/<replica id>}, the sequence at which an earlier start ended,
     * for the last 64 of them; ids are 16 hexadecimal digits, numbers 8 bytes each, big-endian. The row {@code clock} it
     * deletes when it finds that something of the file is lost.
     *
     * @param value the bytes; null deletes the row
     */
    void keep(String name, byte @Nullable [] value);

    /**
     * Makes it durable. The counters are the author's own after this transaction, for each scope; the store keeps the
     * number of keys itself.
     *
     * @param clock the hybrid clock's last stamp
     * @return the new head
     */
    Head commit(long sequence, long clock, Map<Scope, Long> counters);

    /** Rolls back unless committed. Never throws. */
    @Override
    void close();
}
