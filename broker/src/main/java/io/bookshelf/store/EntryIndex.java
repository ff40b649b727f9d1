package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the entries. What is told by {@link #changed} holds only if {@link #committed} comes after it: the transaction may
 * still fail. Called on the writer's thread; it must return at once, and not throw.
 */
@FunctionalInterface
public interface EntryIndex {
    /**
     * A store was opened that is followed from now on.
     *
     * @param lastStart the kept rows that say what the start before this one had come to, which are only written with the
     *     first commit of this one
     */
    default void opened(Map<String, byte[]> lastStart) {}

    /**
     * An entry is being put in place of another.
     *
     * @param before what the key had, null for nothing
     * @param after what it gets, null where a tombstone is forgotten
     */
    void changed(@Nullable Entry before, @Nullable Entry after);

    /**
     * What was told since the last {@code committed} or {@code discarded} is durable, and readers see it. Comes with every
     * commit, those that changed no entry included, and before anybody else is told of it.
     */
    default void committed(Head head) {}

    /** What was told since the last {@code committed} or {@code discarded} has not come to be. */
    default void discarded() {}

    /**
     * The entries may be others than was told: the file was replaced, or some were found damaged and are not read any more.
     * Count again. Comes between transactions; the store's {@link StateStore#replica} is another from then on.
     */
    default void reset() {}
}
