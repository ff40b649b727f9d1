package io.bookshelf.bus;

import io.bookshelf.store.Head;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The single writer. Whatever changes the store is submitted here, is made durable in batches (group commit) by one
 * thread, and comes out as {@link Commit}s in the order of submission: versions, disk, subscribers and peers all see one
 * order, and need no locks.
 */
public final class StateBus implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(StateBus.class);
    private static final int MOST_IN_A_COMMIT = 1_000;
    private static final int MOST_BYTES_IN_A_COMMIT = 4 * 1024 * 1024;
    private static final long HOUSEKEEPING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Committer committer;
    private final CommitListener listener;
    private final SubmissionQueue queue;
    private final Consumer<Throwable> onFailure;
    private final Thread writer;
    private volatile boolean failed;

    /**
     * Makes the bus; {@link #start()} starts it.
     *
     * @param committer does the work, on the writer's thread
     * @param listener told of every commit, on the writer's thread
     * @param capacityBytes {@link #full()} while submissions of more weight than this wait
     * @param onRoom called on the writer's thread when there is room again after the bus was full
     * @param onFailure called on the writer's thread when that ends by an exception; nothing is committed from then on, and what
     *     was submitted gets no answer
     */
    public StateBus(
            Committer committer,
            CommitListener listener,
            int capacityBytes,
            Runnable onRoom,
            Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        this.committer = committer;
        this.listener = listener;
        this.queue = new SubmissionQueue(capacityBytes, onRoom);
        this.writer = Thread.ofPlatform().name("bookshelf-writer").unstarted(this::run);
    }

    /** Starts the writer's thread. */
    public void start() {
        writer.start();
    }

    /**
     * Hands in a submission; it comes out in a commit, after everything that was handed in before it. Never blocks: whoever
     * feeds the bus stops reading its source while the bus is {@link #full()}. After {@link #close()} it is dropped.
     */
    public void submit(Submission submission) {
        queue.add(submission);
    }

    /** True while more waits than the bus is meant to hold. */
    public boolean full() {
        return queue.full();
    }

    /** Where the store stands after the last commit. Any thread. */
    public Head head() {
        return committer.head();
    }

    /** True while a time to live that was given here may be kept no longer than this unit runs. Any thread. */
    public boolean timesToLiveAtRisk() {
        return committer.timesToLiveAtRisk();
    }

    /** The hybrid clock's last stamp, as of the last commit. Any thread. */
    public long lastStamp() {
        return head().clock();
    }

    /** Commits what was submitted, then stops. */
    @Override
    public void close() {
        queue.close();
        if (!writer.isAlive()) {
            return;
        }
        try {
            writer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True once the writer's thread has ended by an exception: the unit has to be started again. Any thread. */
    public boolean failed() {
        return failed;
    }

    // What the writer holds in memory may not be what is on disk after whatever nobody has thought of: it must not go
    // on.
    private void run() {
        try {
            commitAll();
        } catch (Throwable unexpected) {
            failed = true;
            queue.close();
            log.error("the writer ended by an internal error; nothing is written any more", unexpected);
            onFailure.accept(unexpected);
        }
    }

    private void commitAll() {
        List<Submission> batch = new ArrayList<>();
        long nextHousekeeping = System.nanoTime() + HOUSEKEEPING_NANOS;
        boolean storeHasMore = false;
        while (queue.take(
                batch, MOST_IN_A_COMMIT, MOST_BYTES_IN_A_COMMIT, storeHasMore ? System.nanoTime() : nextHousekeeping)) {
            if (!batch.isEmpty()) {
                listener.committed(committer.commit(batch));
                queue.release(batch);
                batch.clear();
            } else if (storeHasMore) {
                storeHasMore = committer.maintain();
            }
            if (System.nanoTime() >= nextHousekeeping) {
                committer.keepHouse();
                Commit ended = committer.endTimesToLive();
                if (!ended.outcomes().isEmpty()) {
                    listener.committed(ended);
                }
                storeHasMore = true;
                nextHousekeeping = System.nanoTime() + HOUSEKEEPING_NANOS;
            }
        }
    }
}
