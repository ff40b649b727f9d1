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
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch on its way into one transaction: each submission gets its version and sequence, or why it is refused. */
final class CommitWork {
    private static final int SEEN_BEFORE_PRUNING = 2;

    /** What the work of all batches goes by. */
    record Means(
            StateStore store,
            WallClock wall,
            TombstonePolicy tombstones,
            HybridClock clock,
            WriteIds ids,
            TimesToLive timesToLive) {}

    private final Means means;
    private final WriteTransaction transaction;
    private final long now;
    private final @Nullable StoreException full;
    final Map<Scope, Long> counters;
    long sequence;
    boolean changesAnything;
    private WriteIds.@Nullable Pending pending;
    private int timed;

    CommitWork(Means means, WriteTransaction transaction, Head before, long now, @Nullable StoreException full) {
        this.means = means;
        this.transaction = transaction;
        this.now = now;
        this.full = full;
        counters = counters(before);
        sequence = before.sequence();
    }

    Commit.Outcome apply(Submission submission) {
        Write write = submission.write();
        Arrival arrival = submission.arrival();
        Entry entry = null;
        if (write != null) {
            WriteIds.Answer before = answered(write);
            if (before != null) {
                return repeat(submission, write, before);
            }
            Entry stored = transaction.stored(write.key());
            if (write.amends() != null && (stored == null || !stored.version().equals(write.amends()))) {
                return new Commit.Outcome(submission, null, sequence, Commit.WRITTEN_SINCE);
            }
            if (write.ifAbsent() && isLive(stored)) {
                answer(write, null);
                return new Commit.Outcome(submission, null, sequence, Commit.KEY_EXISTS);
            }
            entry = version(write, stored, counters, sequence + 1, now);
            answer(write, entry.version());
        } else if (arrival != null) {
            entry = arrival.merge(transaction.stored(arrival.key()), sequence + 1, now);
            if (full != null && entry != null && !entry.deleted()) {
                return new Commit.Outcome(submission, null, sequence, String.valueOf(full.getMessage()));
            }
        }
        if (entry != null) {
            transaction.put(entry);
            sequence++;
            changesAnything = true;
            if (arrival != null && means.wall().known()) {
                means.clock().absorb(entry.version().stamp(), now);
            }
        }
        submission.sessionChanges().forEach(this::apply);
        submission.kept().forEach((name, value) -> {
            // What an arriving delete would have kept along is not worth the delete.
            if (full == null || value.length == 0) {
                transaction.keep(name, value.length == 0 ? null : value);
                changesAnything = true;
            }
        });
        return new Commit.Outcome(submission, entry, sequence, null, null, notice(write));
    }

    private @Nullable String notice(@Nullable Write write) {
        if (write == null || write.expirySeconds() == 0) {
            return null;
        }
        return means.timesToLive().notice(write, timed++, means.wall().known());
    }

    private boolean isLive(@Nullable Entry stored) {
        return stored != null
                && stored.liveAt(means.wall().expiryMillis())
                && !means.timesToLive().isOver(stored, means.wall().nanos());
    }

    private void apply(SessionChange change) {
        // Only here is it known which writes an event comes behind.
        transaction.apply(change instanceof SessionChange.QueuedEvent event ? event.behind(sequence) : change);
        changesAnything = true;
    }

    private WriteIds.@Nullable Answer answered(Write write) {
        WriteId id = write.id();
        if (id == null) {
            return null;
        }
        if (pending == null) {
            pending = means.ids().new Pending();
        }
        return pending.find(id);
    }

    private void answer(Write write, @Nullable Version version) {
        if (pending != null && write.id() != null) {
            pending.add(write.id(), new WriteIds.Answer(WriteIds.digest(write), version));
            changesAnything = true;
        }
    }

    /** The first answer again. Nobody is told of the write a second time; what its packet needs is saved all the same. */
    private Commit.Outcome repeat(Submission submission, Write write, WriteIds.Answer first) {
        if (first.digest() != WriteIds.digest(write)) {
            return new Commit.Outcome(submission, null, sequence, Commit.ID_OF_ANOTHER);
        }
        Version version = first.version();
        if (version == null) {
            return new Commit.Outcome(submission, null, sequence, Commit.KEY_EXISTS);
        }
        submission.sessionChanges().stream()
                .filter(change -> !(change instanceof SessionChange.QueuedEvent))
                .forEach(this::apply);
        return new Commit.Outcome(submission, null, sequence, null, version, null);
    }

    void remember() {
        if (pending != null) {
            pending.write(transaction, full == null);
        }
    }

    void remembered() {
        if (pending != null) {
            pending.committed(means.wall().nanos());
        }
    }

    static Map<Scope, Long> counters(Head head) {
        Map<Scope, Long> counters = new EnumMap<>(Scope.class);
        for (Scope scope : Scope.values()) {
            counters.put(scope, head.counter(scope));
        }
        return counters;
    }

    private Entry version(Write write, @Nullable Entry before, Map<Scope, Long> counters, long sequence, long now) {
        long last = before == null ? 0 : before.version().stamp();
        long stamp = write.amends() == null ? means.clock().next(now, last) : last + 1;
        Scope scope = write.key().scope();
        long counter = counters.merge(scope, 1L, Long::sum);
        return new Entry(
                write.key(),
                write.value(),
                write.deletes(),
                write.qos(),
                write.deletes() ? write.properties().authorOnly() : write.properties(),
                new Version(stamp, means.store().replica()),
                counter,
                before == null ? Seen.NOTHING : seen(before),
                write.expirySeconds() == 0 || write.deletes() ? 0 : now + write.expirySeconds() * 1_000,
                sequence);
    }

    /** What the author of the next write has seen; what nobody can meet any more is left out. */
    private Seen seen(Entry before) {
        boolean old = before.seen().size() >= SEEN_BEFORE_PRUNING
                && means.tombstones().isWithEveryone(before);
        return (old ? Seen.NOTHING : before.seen()).with(before.version().replica(), before.counter());
    }
}
