package io.bookshelf.bus;

import io.bookshelf.store.SessionChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing handed to the bus: a write, changes to stored sessions, both, or neither (an event that only keeps its place in
 * the order). Whoever hands it in makes a class of its own, and meets it again in the {@link Commit}.
 */
public interface Submission {
    /** The write, null for none. */
    default @Nullable Write write() {
        return null;
    }

    /** Changes to stored sessions, made in the same transaction as the write. */
    default List<SessionChange> sessionChanges() {
        return List.of();
    }

    /** About how many bytes of memory it holds while it waits. */
    int weight();
}
