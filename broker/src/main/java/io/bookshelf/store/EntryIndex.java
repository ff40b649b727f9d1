package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Follows the entries inside the transaction that changes them, so that what it keeps in the same file is never out of
 * step with them. Called on the writer's thread.
 */
@FunctionalInterface
public interface EntryIndex {
    /**
     * An entry is being put in place of another.
     *
     * @param before what the key had, null for nothing
     * @param after what it gets, null where a tombstone is forgotten
     */
    void changed(@Nullable Entry before, @Nullable Entry after);
}
