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
    /** The entry that the key has now, tombstones included; null for a key never written, forgotten or damaged. */
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

    /**
     * Forgets tombstones whose sequence is at most {@code throughSequence} and whose stamp is older than
     * {@code beforeMillis}, at most {@code most} of them.
     *
     * @return how many
     */
    int forgetTombstones(long throughSequence, long beforeMillis, int most);

    /** Applies a change to a durable session. */
    void apply(SessionChange change);

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
