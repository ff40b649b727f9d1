package io.bookshelf.bus;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import org.jspecify.annotations.Nullable;

/** An entry that was written elsewhere: what it does here is decided inside the transaction. */
public interface Arrival {
    /** The key that it is about. */
    Key key();

    /**
     * What the key is to have. Called on the writer's thread, and again if the transaction is tried again; it must not
     * block.
     *
     * @param stored what the key has, tombstones included; null for nothing
     * @param sequence the local sequence number that the entry returned has to carry
     * @param nowMillis the wall clock, in milliseconds since the epoch
     * @return the entry that is put in its place, null where nothing changes
     */
    @Nullable
    Entry merge(@Nullable Entry stored, long sequence, long nowMillis);
}
