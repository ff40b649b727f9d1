package io.bookshelf.bus;

import io.bookshelf.schema.HybridClock;
import io.bookshelf.store.Head;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreException;
import io.bookshelf.store.TombstoneSearch;
import io.bookshelf.store.WriteTransaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the writer does with a batch: gives versions and sequences, makes it durable, says what came of it. Knows no threads
 * and never waits; it belongs to one thread, {@link #head()} excepted.
 */
public final class Committer {
    private static final Logger log = LoggerFactory.getLogger(Committer.class);
    private static final int HOUSEKEEPING_ROWS = 500;
    private static final int MOST_RETRIES = 3;

    /** A refused batch is told of this often: a disk stays full for long, and is full of reasons to say so. */
    private static final long REFUSALS_SAID_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final StateStore store;
    private final WallClock wall;
    private final LongSupplier tombstoneFloor;
    private final TombstonePolicy tombstones;
    private final HybridClock clock;
    private final WriteIds ids;
    private final TimesToLive timesToLive = new TimesToLive();
    private final CommitWork.Means means;
    private volatile Head head;
    private boolean ceilingChecked;
    // The sequence of the tombstone looked at last, so that those behind it get their turn.
    private long tombstonesLookedAt;
    private boolean anyRefused;
    private long lastRefusalNanos;

    /**
     * A committer for a store that nobody else writes to.
     *
     * @param tombstoneFloor tombstones up to this sequence have reached every reader that waits for them
     * @param tombstones which of those may be forgotten
     */
    public Committer(StateStore store, WallClock wall, LongSupplier tombstoneFloor, TombstonePolicy tombstones) {
        this(store, wall, tombstoneFloor, tombstones, HybridClock.GREATEST_MILLIS);
    }

    /**
     * The same, with a bound on time.
     *
     * @param ceilingMillis no stamp of this unit's is later, whatever its clock says, but where it has to outdo another
     */
    public Committer(
            StateStore store,
            WallClock wall,
            LongSupplier tombstoneFloor,
            TombstonePolicy tombstones,
            long ceilingMillis) {
        this.store = store;
        this.wall = wall;
        this.tombstoneFloor = tombstoneFloor;
        this.tombstones = tombstones;
        this.head = store.head();
        this.clock = new HybridClock(head.clock(), ceilingMillis);
        this.ids = new WriteIds(store, wall.nanos());
        this.means = new CommitWork.Means(store, wall, tombstones, clock, ids, timesToLive);
    }

    /** Where the store stands after the last commit. Any thread. */
    public Head head() {
        return head;
    }

    /** Makes a batch durable, in its order; what is refused is as if it had never been handed in. Never throws. */
    public Commit commit(List<Submission> batch) {
        if (batch.stream().allMatch(Committer::isEmpty)) {
            return passed(batch);
        }
        try {
            return transact(batch, null);
        } catch (StoreException e) {
            return switch (e.reason()) {
                case DISK_FULL -> shrink(batch, e);
                case DAMAGED -> retry(batch, e);
                case IO, IN_USE -> refused(batch, e);
            };
        } catch (RuntimeException e) {
            log.error("a commit failed: {}", e.toString(), e);
            return refused(batch, e);
        }
    }

    private static boolean isEmpty(Submission submission) {
        return submission.write() == null
                && submission.arrival() == null
                && submission.sessionChanges().isEmpty()
                && submission.kept().isEmpty();
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
        long now = wall.nanos();
        if (!anyRefused || now - lastRefusalNanos > REFUSALS_SAID_NANOS) {
            anyRefused = true;
            lastRefusalNanos = now;
            log.warn("writes are refused: {}", why.getMessage());
        }
    }

    private Commit.Outcome refusal(Submission submission, RuntimeException why) {
        return new Commit.Outcome(
                submission, null, head.sequence(), isEmpty(submission) ? null : String.valueOf(why.getMessage()));
    }

    /** On a full disk what frees room still works: deletes, and the end of packets and sessions. */
    private Commit shrink(List<Submission> batch, StoreException full) {
        sayRefused(full);
        // Asked once: what a submission keeps may be another thing once the transaction has begun.
        Set<Submission> shrinking = Collections.newSetFromMap(new IdentityHashMap<>());
        batch.stream().filter(Committer::mayShrink).forEach(shrinking::add);
        if (shrinking.isEmpty()) {
            return refused(batch, full);
        }
        Commit some;
        try {
            some = transact(batch.stream().filter(shrinking::contains).toList(), full);
        } catch (RuntimeException e) {
            return refused(batch, e);
        }
        List<Commit.Outcome> outcomes = new ArrayList<>();
        int next = 0;
        for (Submission submission : batch) {
            outcomes.add(shrinking.contains(submission) ? some.outcomes().get(next++) : refusal(submission, full));
        }
        return new Commit(outcomes, some.sequence());
    }

    private static boolean isEmptied(Map<String, byte[]> rows) {
        return rows.values().stream().allMatch(value -> value.length == 0);
    }

    /** True if it frees room; of an arrival that is known only once it is merged. */
    private static boolean mayShrink(Submission submission) {
        Write write = submission.write();
        return (write == null || write.deletes())
                && submission.sessionChanges().stream().allMatch(change -> change.shrinks())
                && (submission.arrival() != null || isEmptied(submission.kept()));
    }

    /** Tries again on a fresh file, or knowing which rows are lost. */
    private Commit retry(List<Submission> batch, StoreException damage) {
        RuntimeException last = damage;
        for (int attempt = 0; attempt < MOST_RETRIES && isDamage(last); attempt++) {
            log.error("{}", last.getMessage());
            try {
                return transact(batch, null);
            } catch (RuntimeException e) {
                last = e;
            }
        }
        head = store.head();
        return refused(batch, last);
    }

    private static boolean isDamage(RuntimeException e) {
        return e instanceof StoreException failure && failure.reason() == StoreException.Reason.DAMAGED;
    }

    /**
     * Commits.
     *
     * @param full why only what frees room is to be done, null if all is
     */
    private Commit transact(List<Submission> batch, @Nullable StoreException full) {
        long now = wall.millis();
        long nanos = wall.nanos();
        checkCeiling(now);
        try (WriteTransaction transaction = full == null ? store.begin() : store.beginShrinking()) {
            CommitWork work = new CommitWork(means, transaction, store.head(), now, full);
            List<Commit.Outcome> outcomes = new ArrayList<>(batch.size());
            for (Submission submission : batch) {
                outcomes.add(work.apply(submission));
            }
            if (work.changesAnything) {
                work.remember();
                head = transaction.commit(work.sequence, clock.last(), work.counters);
                work.remembered();
            }
            Commit commit = new Commit(outcomes, work.sequence);
            timesToLive.committed(commit, nanos, wall.known());
            return commit;
        }
    }

    private void checkCeiling(long now) {
        if (!ceilingChecked && wall.known()) {
            ceilingChecked = true;
            if (clock.dropCeilingBeyondBound(now)) {
                log.warn("clock: the stored ceiling lay in the future and was dropped");
            }
        }
    }

    /**
     * To be called about once a second: values whose time is over become tombstones, tombstones that nobody needs are
     * forgotten, some of each at a time. Never throws.
     */
    public void keepHouse() {
        try (WriteTransaction transaction = store.beginShrinking()) {
            long now = wall.millis();
            int expired = wall.known() ? transaction.expire(now, HOUSEKEEPING_ROWS) : 0;
            TombstoneSearch.Result old = transaction.forgetTombstones(new TombstoneSearch(
                    tombstonesLookedAt,
                    tombstoneFloor.getAsLong(),
                    now,
                    tombstones.ageMillis(),
                    HOUSEKEEPING_ROWS,
                    tombstones::mayForget));
            tombstonesLookedAt = old.next();
            WriteIds.Pending noIds = ids.new Pending();
            if (ids.forgetOld(wall.nanos()) || expired + old.forgotten() > 0) {
                noIds.write(transaction, false);
                Head before = store.head();
                head = transaction.commit(before.sequence(), clock.last(), CommitWork.counters(before));
                noIds.committed(wall.nanos());
            }
        } catch (RuntimeException e) {
            housekeepingFailed(e);
        }
    }

    /**
     * To be called about once a second: ends some of the values whose time to live, given by this unit, is over by the
     * monotonic clock though the time of day has not ended them. Subscribers and peers are to be told of it as of any commit.
     * Never throws.
     *
     * @return the commit, without outcomes if there was nothing to end
     */
    public Commit endTimesToLive() {
        List<Submission> over = timesToLive.over(wall.nanos(), HOUSEKEEPING_ROWS, wall.expiryMillis());
        if (over.isEmpty()) {
            return new Commit(List.of(), head.sequence());
        }
        Commit commit = commit(over);
        timesToLive.ended(commit);
        return commit;
    }

    /** True while a time to live that was given here may be kept no longer than this unit runs. Any thread. */
    public boolean timesToLiveAtRisk() {
        return timesToLive.atRisk() && !wall.known();
    }

    /** Lets the store do a small part of what can wait; true if there is more of it. Never throws. */
    public boolean maintain() {
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
