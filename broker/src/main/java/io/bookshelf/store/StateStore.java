package io.bookshelf.store;

import java.io.Closeable;

/**
 * What keeps a unit's entries and durable sessions: one writer, many readers, every commit durable when it returns.
 *
 * <p>One thread at a time may hold a {@link WriteTransaction}; each {@link StoreReader} belongs to one thread at a time.
 * What a reader returns is whole: a row whose checksum fails is never returned, but counted in {@link #health()}.
 */
public interface StateStore extends Closeable {
    /**
     * The author id of what is written: random, new at every opening, and when something of the file is found lost (then
     * {@link EntryIndex#reset} tells). It is in the file from its first commit on.
     */
    long replica();

    /** What the last commit left. The counters are those of {@link #replica}: 0 until it writes. */
    Head head();

    /**
     * Starts a transaction. Nothing that it does is seen by readers, or kept, before it commits.
     *
     * @throws StoreException if the store cannot write at all now
     */
    WriteTransaction begin();

    /**
     * Starts a transaction that takes less room than it gives back: deletes, dropped events and sessions. On a full disk it
     * may use the room kept in reserve for this, where {@link #begin} refuses.
     *
     * @throws StoreException if the store cannot write at all now
     */
    WriteTransaction beginShrinking();

    /** Opens a reader; the caller closes it. Readers see commits in order, and each read one whole commit's state. */
    StoreReader openReader();

    /** What is wrong, or was and has been healed. Any thread. */
    StoreHealth health();

    /**
     * Does a small part of what can wait: tidies the log, gives back free pages. To be called now and then from the writer's
     * thread when it is idle. (Rows are checked on a thread of the store's own.)
     *
     * @return true if there is more to do, so that it is worth calling again as soon as nothing else is to be done
     */
    boolean maintain();

    /** Closes everything; what was committed stays. */
    @Override
    void close();
}
