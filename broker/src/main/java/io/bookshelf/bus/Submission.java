package io.bookshelf.bus;

import io.bookshelf.store.SessionChange;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One thing handed to the bus: a write or an arrival (never both), changes to stored sessions, rows to keep, several of
 * these, or none (an event that only keeps its place in the order). Whoever hands it in makes a class of its own, and meets
 * it again in the {@link Commit}.
 */
public interface Submission {
    /** The write, null for none. */
    default @Nullable Write write() {
        return null;
    }

    /** The entry that comes from elsewhere, null for none. */
    default @Nullable Arrival arrival() {
        return null;
    }

    /** Changes to stored sessions, made in the same transaction as the write. */
    default List<SessionChange> sessionChanges() {
        return List.of();
    }

    /**
     * Rows to keep, by name, written in the same transaction; a value of length 0 deletes the row. Asked for on the writer's
     * thread, more than once and at last inside the transaction, so that what became untrue while the submission waited
     * need not be written.
     */
    default Map<String, byte[]> kept() {
        return Map.of();
    }

    /** About how many bytes of memory it holds while it waits. */
    int weight();
}
