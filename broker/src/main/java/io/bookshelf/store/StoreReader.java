package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.io.Closeable;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads of one thread. Each call is its own short read transaction, so that no reader pins the log. */
public interface StoreReader extends Closeable {
    /**
     * Rows that a page may look at without returning them (tombstones, expired, rewritten and damaged ones): with so many in a row
     * it ends early, may be empty, and has a {@link Page#next()} all the same.
     */
    int MOST_PASSED_OVER = 4_096;

    /**
     * Some entries, and the sequence of the commit they were read at.
     *
     * @param entries the entries, whole and in the order asked for
     * @param sequence the store's sequence at the moment of the read: everything committed up to it was taken into account
     * @param next where to go on: the last key (scan) or the last sequence (changes) that was looked at, of which nothing may
     *     have been returned; null when there is nothing after it
     */
    record Page<T>(
            List<Entry> entries, long sequence, @Nullable T next) {}

    /** The entry of a key, tombstones included; null if there is none. */
    @Nullable
    Entry get(Key key);

    /**
     * Live entries in key order whose key starts with {@code prefix} and is greater than {@code after}.
     *
     * @param prefix a prefix of the key's name, "" for all
     * @param after the key to go on behind, null to start
     * @param nowMillis entries that expired by then are left out
     * @param maxEntries most entries in a page
     * @param maxBytes a page ends after the entry with which its keys and values pass this many bytes
     */
    Page<String> scan(String prefix, @Nullable String after, long nowMillis, int maxEntries, int maxBytes);

    /**
     * Entries, tombstones included, whose sequence is greater than {@code sequence}, in sequence order: each key once,
     * at its newest. Entries that expired by {@code nowMillis} come as tombstones.
     */
    Page<Long> changesAfter(long sequence, long nowMillis, int maxEntries, int maxBytes);

    /** All entries whose keys fall into a {@link io.bookshelf.schema.Bucket}, tombstones included, in key order. */
    List<Entry> bucket(int bucket);

    /** The rows that {@link WriteTransaction#keep} keeps whose names start with {@code prefix}, by name. */
    SortedMap<String, byte[]> kept(String prefix);

    /**
     * Hands over all durable sessions' own rows, then all wills, one by one: {@link SessionChange.SaveSession} and
     * {@link SessionChange.SaveWill}. A session's cursor may be an older one. Of a session whose own row is damaged it is a
     * {@link SessionChange.DropSession}: what else is stored of it serves nobody.
     */
    void eachSession(Consumer<SessionChange> each);

    /**
     * Hands over what is stored of one session, one by one: itself, its packets in flight, packet ids of incoming messages
     * and subscriptions, each in no order, and its queued events in order, those in flight included.
     *
     * @return what else is known of it
     */
    SessionEnd session(String clientId, Consumer<SessionChange> each);

    /**
     * What is known of a session once its rows are handed over.
     *
     * @param lastEvent an event number such that none beyond it was ever given
     * @param whole false where damage took a row that the session cannot be without: its own, a subscription, a packet in flight or
     *     a packet id. Nobody may be told that it is still there. Queued events may be missing from a whole one.
     */
    record SessionEnd(long lastEvent, boolean whole) {}

    /** All durable sessions with their subscriptions, in-flight packets and wills; their queued events only as counts. */
    default List<StoredSession> sessions() {
        return StoredSessions.all(this);
    }

    /** Queued events of a session after number {@code after} that have no packet id yet, in order, at most so many. */
    List<SessionChange.QueuedEvent> events(String clientId, long after, int maxEvents, int maxBytes);

    /** One queued event, null if it is gone. */
    SessionChange.@Nullable QueuedEvent event(String clientId, long number);

    @Override
    void close();
}
