package io.bookshelf.bus;

import io.bookshelf.store.Head;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The single writer. Whatever changes the store is submitted here, is made durable in batches (group commit) by one
 * thread, and comes out as {@link Commit}s in the order of submission: versions, disk, subscribers and peers all see one
 * order, and need no locks.
 */
public final class StateBus implements Closeable {
    private static final int MOST_IN_A_COMMIT = 1_000;
    private static final int MOST_BYTES_IN_A_COMMIT = 4 * 1024 * 1024;
    private static final long HOUSEKEEPING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Committer committer;
    private final CommitListener listener;
    private final SubmissionQueue queue;
    private final Thread writer;

    /**
     * Makes the bus; {@link #start()} starts it.
     *
     * @param committer does the work, on the writer's thread
     * @param listener told of every commit, on the writer's thread
     * @param capacityBytes {@link #full()} while submissions of more weight than this wait
     * @param onRoom called on the writer's thread when there is room again after the bus was full
     */
    public StateBus(Committer committer, CommitListener listener, int capacityBytes, Runnable onRoom) {
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

    private void run() {
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
