package io.bookshelf.broker.session;

import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.Write;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The single writer, and its disk, which may be full or fail. */
final class SimBus {
    /** What the disk does with a batch. */
    enum Disk {
        FINE,

        /** Takes what frees room, and the few small rows without which a session cannot be served. */
        FULL,

        /** Takes nothing. */
        BROKEN
    }

    private final SimStore store;
    private final ArrayDeque<Submission> queue = new ArrayDeque<>();
    private long taken;
    private long done;
    private boolean everBroken;
    private boolean refused;
    Disk disk = Disk.FINE;

    SimBus(SimStore store) {
        this.store = store;
    }

    void submit(Submission submission) {
        queue.add(submission);
        taken++;
    }

    boolean idle() {
        return queue.isEmpty();
    }

    /** It has said no at least once. */
    boolean refused() {
        return refused;
    }

    /** Stands for all that has been handed in so far. */
    long mark() {
        return taken;
    }

    /** Surely on disk, all that had been handed in by then. */
    boolean durable(long mark) {
        return done >= mark && !everBroken;
    }

    List<Commit.Outcome> commit(int most) {
        List<Commit.Outcome> outcomes = new ArrayList<>();
        while (outcomes.size() < most && !queue.isEmpty()) {
            Submission submission = queue.remove();
            done++;
            if (mayBe(submission)) {
                outcomes.add(store.apply(submission));
            } else {
                refused = true;
                outcomes.add(new Commit.Outcome(submission, null, store.sequence, "the disk is " + disk));
            }
        }
        return outcomes;
    }

    private boolean mayBe(Submission submission) {
        Write write = submission.write();
        boolean empty = write == null && submission.sessionChanges().isEmpty();
        everBroken |= disk == Disk.BROKEN;
        return switch (disk) {
            case FINE -> true;
            case FULL ->
                (write == null || write.deletes())
                        && submission.sessionChanges().stream().allMatch(change -> change.shrinks());
            case BROKEN -> empty;
        };
    }

    /** The process dies: what was not committed is gone. */
    List<Submission> crash() {
        List<Submission> lost = new ArrayList<>(queue);
        queue.clear();
        taken = done;
        return lost;
    }
}
