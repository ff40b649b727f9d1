package io.bookshelf.broker.session;

import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.store.SessionChange;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Changes to stored sessions, and who wants to know that they are durable. */
record Changes(List<SessionChange> sessionChanges, Consumer<@Nullable String> done)
        implements Submission, Router.Settled {
    /** Does something now if there is nothing to save, else once it is durable, or refused. */
    static void whenSaved(SessionContext context, List<SessionChange> changes, Consumer<@Nullable String> then) {
        if (changes.isEmpty()) {
            then.accept(null);
        } else {
            context.submit().accept(new Changes(changes, then));
        }
    }

    @Override
    public int weight() {
        return 100 + 300 * sessionChanges.size();
    }

    @Override
    public void settled(Commit.Outcome outcome) {
        done.accept(outcome.refusal());
    }
}
