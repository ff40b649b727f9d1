package io.bookshelf.broker.session;

import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.Write;
import io.bookshelf.store.SessionChange;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way through the bus: a stored write where it is retained, an event where not. {@link Router#prepare}
 * makes it.
 */
final class Publication implements Submission, Router.Settled {
    /** A session for which the event is queued, in the same transaction if it is durable; with the group it was picked from. */
    record Queued(
            Session session, QueuedEvent event, @Nullable SharedGroup group) {}

    final @Nullable Session publisher;
    final Message message;
    final @Nullable Write write;
    final List<Queued> queued;
    private final List<SessionChange> changes;
    private final Consumer<Commit.Outcome> done;

    Publication(
            @Nullable Session publisher,
            Message message,
            @Nullable Write write,
            List<Queued> queued,
            List<SessionChange> changes,
            Consumer<Commit.Outcome> done) {
        this.publisher = publisher;
        this.message = message;
        this.write = write;
        this.queued = queued;
        this.changes = changes;
        this.done = done;
    }

    @Override
    public @Nullable Write write() {
        return write;
    }

    @Override
    public List<SessionChange> sessionChanges() {
        return changes;
    }

    @Override
    public int weight() {
        return message.weight();
    }

    @Override
    public void settled(Commit.Outcome outcome) {
        done.accept(outcome);
    }
}
