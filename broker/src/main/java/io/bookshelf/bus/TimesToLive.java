package io.bookshelf.bus;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ends of values that this unit gave a time to live since it started, by the monotonic clock: so that they come though
 * nobody vouches for the time of day. Bounded: of what is beyond {@value #MOST}, and of what was there before the start or
 * came from elsewhere, only the time of day says the end.
 *
 * <p>Belongs to the writer's thread, {@link #atRisk()} excepted.
 */
final class TimesToLive {
    static final int MOST = 16_384;

    /** What is said to who gives a time to live that this unit keeps, as long as it runs. */
    static final String WHILE_RUNNING =
            "the time of day is not known here: the value ends in time as long as this unit runs, or earlier where the"
                    + " time turns out to be later; after a restart, or where it is cut off, only once the time is known";

    /** What is said to who gives one that this unit cannot keep. */
    static final String NOT_KEPT = "the time of day is not known here, and too many values have a time to live:"
            + " this one ends only once the time is known";

    private final Map<Key, End> ends = new HashMap<>();
    private long firstNanos = Long.MAX_VALUE;
    private volatile boolean atRisk;

    private record End(Version version, long nanos) {}

    /** That a value is over. It is so only where the key still has that very version. */
    private record IsOver(Key key, Version version, long expiryMillis) implements Submission, Arrival {
        @Override
        public Arrival arrival() {
            return this;
        }

        @Override
        public @Nullable Entry merge(@Nullable Entry stored, long sequence, long nowMillis) {
            if (stored == null || !stored.version().equals(version)) {
                return null;
            }
            // What the time of day ends, it ends without a word.
            return stored.liveAt(expiryMillis) ? stored.expired().at(sequence) : null;
        }

        @Override
        public int weight() {
            return 100;
        }
    }

    /** What is to be said of a write that gives a time to live; null for nothing. */
    @Nullable
    String notice(Write write, int before, boolean timeKnown) {
        if (timeKnown || write.expirySeconds() == 0 || write.deletes()) {
            return null;
        }
        return ends.size() + before < MOST || ends.containsKey(write.key()) ? WHILE_RUNNING : NOT_KEPT;
    }

    /** Takes account of a commit. */
    void committed(Commit commit, long nanos, boolean timeKnown) {
        for (Commit.Outcome outcome : commit.outcomes()) {
            Entry entry = outcome.entry();
            if (entry == null) {
                continue;
            }
            Write write = outcome.submission().write();
            if (write == null || write.expirySeconds() == 0 || entry.deleted()) {
                ends.remove(entry.key());
                continue;
            }
            atRisk |= !timeKnown;
            if (ends.size() < MOST || ends.containsKey(entry.key())) {
                long end = nanos + TimeUnit.SECONDS.toNanos(write.expirySeconds());
                ends.put(entry.key(), new End(entry.version(), end));
                firstNanos = ends.size() == 1 ? end : earlier(firstNanos, end);
            }
        }
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }

    /** True if the value of a key is over, though it is still there. */
    boolean isOver(Entry entry, long nanos) {
        End end = ends.get(entry.key());
        return end != null && end.nanos - nanos <= 0 && end.version.equals(entry.version());
    }

    /** What is to be committed because a time is over, at most so many. It comes again until it is. */
    List<Submission> over(long nanos, int most, long expiryMillis) {
        if (ends.isEmpty() || firstNanos - nanos > 0) {
            return List.of();
        }
        List<Submission> over = new ArrayList<>();
        long next = nanos + TimeUnit.DAYS.toNanos(365);
        for (Map.Entry<Key, End> each : ends.entrySet()) {
            End end = each.getValue();
            if (end.nanos - nanos > 0 || over.size() >= most) {
                next = earlier(next, end.nanos);
            } else {
                over.add(new IsOver(each.getKey(), end.version, expiryMillis));
                next = nanos;
            }
        }
        firstNanos = next;
        return over;
    }

    /** Those are committed: there is nothing left to end, or the key has something else. */
    void ended(Commit commit) {
        for (Commit.Outcome outcome : commit.outcomes()) {
            if (outcome.submission() instanceof IsOver over && outcome.refusal() == null) {
                ends.remove(over.key());
            }
        }
    }

    /** True once a time to live was given while the time of day was not known. Any thread. */
    boolean atRisk() {
        return atRisk;
    }
}
