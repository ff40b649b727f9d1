package io.bookshelf.bus;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.Version;
import io.bookshelf.store.Head;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreException;
import io.bookshelf.store.WriteTransaction;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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
    private static final long TOMBSTONE_AGE_MILLIS = TimeUnit.HOURS.toMillis(1);
    private static final int HOUSEKEEPING_ROWS = 500;

    /** A refused batch is told of this often: a disk stays full for long, and is full of reasons to say so. */
    private static final long REFUSALS_SAID_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final StateStore store;
    private final WallClock wall;
    private final CommitListener listener;
    private final LongSupplier tombstoneFloor;
    private final SubmissionQueue queue;
    private final HybridClock clock;
    private final Thread writer;
    private volatile Head head;
    private boolean ceilingChecked;
    private long lastRefusalNanos;

    /**
     * Makes the bus; {@link #start()} starts it.
     *
     * @param listener told of every commit, on the writer's thread
     * @param tombstoneFloor tombstones up to this sequence have reached every reader that waits for them
     * @param capacityBytes {@link #full()} while submissions of more weight than this wait
     * @param onRoom called on the writer's thread when there is room again after the bus was full
     */
    public StateBus(
            StateStore store,
            WallClock wall,
            CommitListener listener,
            LongSupplier tombstoneFloor,
            int capacityBytes,
            Runnable onRoom) {
        this.store = store;
        this.wall = wall;
        this.listener = listener;
        this.tombstoneFloor = tombstoneFloor;
        this.queue = new SubmissionQueue(capacityBytes, onRoom);
        this.head = store.head();
        this.clock = new HybridClock(head.clock());
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
        return head;
    }

    /** The hybrid clock's last stamp, as of the last commit. Any thread. */
    public long lastStamp() {
        return head.clock();
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
                listener.committed(commit(batch));
                queue.release(batch);
                batch.clear();
            } else if (storeHasMore) {
                storeHasMore = maintain();
            }
            if (System.nanoTime() >= nextHousekeeping) {
                keepHouse();
                storeHasMore = true;
                nextHousekeeping = System.nanoTime() + HOUSEKEEPING_NANOS;
            }
        }
    }

    private Commit commit(List<Submission> batch) {
        boolean changesNothing = batch.stream()
                .allMatch(submission -> submission.write() == null
                        && submission.sessionChanges().isEmpty());
        if (changesNothing) {
            return passed(batch);
        }
        try {
            return transact(batch, false);
        } catch (StoreException e) {
            return switch (e.reason()) {
                case DISK_FULL -> shrink(batch, e);
                case DAMAGED -> retryOnFreshFile(batch, e);
                case IO, IN_USE -> refused(batch, e);
            };
        } catch (RuntimeException e) {
            log.error("a commit failed: {}", e.toString(), e);
            return refused(batch, e);
        }
    }

    private Commit passed(List<Submission> batch) {
        long sequence = head.sequence();
        return new Commit(
                batch.stream()
                        .map(submission -> new Commit.Outcome(submission, null, sequence, null))
                        .toList(),
                sequence);
    }

    private Commit refused(List<Submission> batch, RuntimeException why) {
        sayRefused(why);
        return new Commit(batch.stream().map(s -> refusal(s, why)).toList(), head.sequence());
    }

    private void sayRefused(RuntimeException why) {
        long now = System.nanoTime();
        if (lastRefusalNanos == 0 || now - lastRefusalNanos > REFUSALS_SAID_NANOS) {
            lastRefusalNanos = now;
            log.warn("writes are refused: {}", why.getMessage());
        }
    }

    private Commit.Outcome refusal(Submission submission, RuntimeException why) {
        boolean empty =
                submission.write() == null && submission.sessionChanges().isEmpty();
        return new Commit.Outcome(submission, null, head.sequence(), empty ? null : String.valueOf(why.getMessage()));
    }

    /** On a full disk what frees room still works: deletes, and the end of packets and sessions. */
    private Commit shrink(List<Submission> batch, StoreException full) {
        sayRefused(full);
        boolean anyShrinks = batch.stream().anyMatch(StateBus::shrinks);
        if (!anyShrinks) {
            return refused(batch, full);
        }
        Commit some;
        try {
            some = transact(batch.stream().filter(StateBus::shrinks).toList(), true);
        } catch (StoreException e) {
            return refused(batch, e);
        }
        List<Commit.Outcome> outcomes = new ArrayList<>();
        int next = 0;
        for (Submission submission : batch) {
            outcomes.add(shrinks(submission) ? some.outcomes().get(next++) : refusal(submission, full));
        }
        return new Commit(outcomes, some.sequence());
    }

    private static boolean shrinks(Submission submission) {
        Write write = submission.write();
        return (write == null || write.deletes())
                && submission.sessionChanges().stream().allMatch(change -> change.shrinks());
    }

    private Commit retryOnFreshFile(List<Submission> batch, StoreException damage) {
        log.error("{}", damage.getMessage());
        head = store.head();
        try {
            return transact(batch, false);
        } catch (StoreException e) {
            return refused(batch, e);
        }
    }

    private Commit transact(List<Submission> batch, boolean shrinking) {
        long now = wall.millis();
        checkCeiling(now);
        try (WriteTransaction transaction = shrinking ? store.beginShrinking() : store.begin()) {
            Head before = store.head();
            Map<Scope, Long> counters = new EnumMap<>(Scope.class);
            for (Scope scope : Scope.values()) {
                counters.put(scope, before.counter(scope));
            }
            long sequence = before.sequence();
            List<Commit.Outcome> outcomes = new ArrayList<>(batch.size());
            for (Submission submission : batch) {
                Write write = submission.write();
                Entry entry = null;
                if (write != null) {
                    entry = version(write, transaction.stored(write.key()), counters, ++sequence, now);
                    transaction.put(entry);
                }
                for (SessionChange change : submission.sessionChanges()) {
                    // Only here is it known which writes an event comes behind.
                    transaction.apply(
                            change instanceof SessionChange.QueuedEvent event ? event.behind(sequence) : change);
                }
                outcomes.add(new Commit.Outcome(submission, entry, sequence, null));
            }
            head = transaction.commit(sequence, clock.last(), counters);
            return new Commit(outcomes, sequence);
        }
    }

    private Entry version(Write write, @Nullable Entry before, Map<Scope, Long> counters, long sequence, long now) {
        long stamp = clock.next(now, before == null ? 0 : before.version().stamp());
        Scope scope = write.key().scope();
        long counter = counters.merge(scope, 1L, Long::sum);
        Seen seen = before == null
                ? Seen.NOTHING
                : before.seen().with(before.version().replica(), before.counter());
        return new Entry(
                write.key(),
                write.value(),
                write.deletes(),
                write.qos(),
                write.deletes() ? write.properties().authorOnly() : write.properties(),
                new Version(stamp, store.replica()),
                counter,
                seen,
                write.expirySeconds() == 0 || write.deletes() ? 0 : now + write.expirySeconds() * 1_000,
                sequence);
    }

    private void checkCeiling(long now) {
        if (!ceilingChecked && wall.known()) {
            ceilingChecked = true;
            if (clock.dropCeilingBeyondBound(now)) {
                log.warn("clock: the stored ceiling lay in the future and was dropped");
            }
        }
    }

    private void keepHouse() {
        try {
            long now = wall.millis();
            try (WriteTransaction transaction = store.beginShrinking()) {
                int expired = wall.known() ? transaction.expire(now, HOUSEKEEPING_ROWS) : 0;
                int forgotten = transaction.forgetTombstones(
                        tombstoneFloor.getAsLong(), now - TOMBSTONE_AGE_MILLIS, HOUSEKEEPING_ROWS);
                if (expired + forgotten > 0) {
                    Head before = store.head();
                    Map<Scope, Long> counters = new EnumMap<>(Scope.class);
                    for (Scope scope : Scope.values()) {
                        counters.put(scope, before.counter(scope));
                    }
                    head = transaction.commit(before.sequence(), clock.last(), counters);
                }
            }
        } catch (RuntimeException e) {
            housekeepingFailed(e);
        }
    }

    private boolean maintain() {
        try {
            return store.maintain();
        } catch (RuntimeException e) {
            housekeepingFailed(e);
            return false;
        }
    }

    private static void housekeepingFailed(RuntimeException e) {
        if (e instanceof StoreException) {
            log.warn("housekeeping: {}", e.getMessage());
        } else {
            log.error("housekeeping failed: {}", e.toString(), e);
        }
    }
}
