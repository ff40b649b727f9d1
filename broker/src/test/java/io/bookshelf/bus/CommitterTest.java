package io.bookshelf.bus;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.EntryIndex;
import io.bookshelf.store.Head;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import io.bookshelf.store.StoreReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class CommitterTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final long PEER = 77;

    private final MemoryDisk disk = new MemoryDisk();
    private final SetClock clock = new SetClock();
    private final Commits commits = new Commits();
    private final MemoryStore store = new MemoryStore(disk, new Random(1), List.of(commits));
    private final StoreReader reader = store.openReader();
    private final TreeSet<String> needed = new TreeSet<>();
    private final Committer committer = new Committer(store, clock, () -> Long.MAX_VALUE, new Needed());

    /** Counts the transactions that were committed. */
    private static final class Commits implements EntryIndex {
        int number;

        @Override
        public void changed(@Nullable Entry before, @Nullable Entry after) {}

        @Override
        public void committed(Head head) {
            number++;
        }
    }

    private final class Needed implements TombstonePolicy {
        @Override
        public boolean mayForget(Entry tombstone) {
            return !needed.contains(tombstone.key().name());
        }

        @Override
        public boolean isWithEveryone(Entry entry) {
            return !needed.contains(entry.key().name());
        }

        @Override
        public long ageMillis() {
            return 1_000;
        }
    }

    private record Put(Write write) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    private record Kept(Map<String, byte[]> kept) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    /** The peer's entry, which wins by its version. */
    private record Arrived(Entry entry) implements Submission, Arrival {
        @Override
        public Arrival arrival() {
            return this;
        }

        @Override
        public Key key() {
            return entry.key();
        }

        @Override
        public @Nullable Entry merge(@Nullable Entry stored, long sequence, long nowMillis) {
            boolean wins = stored == null || entry.version().compareTo(stored.version()) > 0;
            return wins
                    ? arriving(
                            entry.key().name(), entry.value(), entry.version().stamp(), sequence)
                    : null;
        }

        @Override
        public int weight() {
            return 1;
        }
    }

    private record Noting(Arrived arrived, Map<String, byte[]> kept) implements Submission {
        @Override
        public Arrival arrival() {
            return arrived;
        }

        @Override
        public int weight() {
            return 1;
        }
    }

    /** Changes nothing, but says when it is asked. */
    private record Asking(Key key, Runnable asked) implements Submission, Arrival {
        @Override
        public Arrival arrival() {
            return this;
        }

        @Override
        public @Nullable Entry merge(@Nullable Entry stored, long sequence, long nowMillis) {
            asked.run();
            return null;
        }

        @Override
        public int weight() {
            return 1;
        }
    }

    private static Entry arriving(String key, byte[] value, long stamp, long sequence) {
        return new Entry(
                Key.of(key),
                value,
                value.length == 0,
                1,
                ValueProperties.NONE,
                new Version(stamp, PEER),
                9,
                Seen.NOTHING,
                0,
                sequence);
    }

    private static Arrived arrival(String key, String value, long stamp) {
        return new Arrived(arriving(key, value.getBytes(StandardCharsets.US_ASCII), stamp, 0));
    }

    private static Put put(String key, String value) {
        return new Put(new Write(Key.of(key), value.getBytes(StandardCharsets.US_ASCII), 1, ValueProperties.NONE, 0));
    }

    private List<Commit.Outcome> commit(Submission... batch) {
        return committer.commit(List.of(batch)).outcomes();
    }

    private Entry applied(Submission submission) {
        return requireNonNull(commit(submission).getFirst().entry());
    }

    @Test
    void appliesArrivalsInTheOrderOfTheBatchAndWithinItsSequence() {
        long old = HybridClock.stamp(NOW - 5_000);
        List<Commit.Outcome> outcomes = commit(
                put("a", "mine"),
                arrival("b", "theirs", old),
                arrival("a", "too old", old),
                put("b", "mine"),
                arrival("c", "theirs", old));
        assertThat(outcomes).extracting(Commit.Outcome::sequence).containsExactly(1L, 2L, 2L, 3L, 4L);
        assertThat(outcomes.get(1).entry())
                .isEqualTo(arriving("b", "theirs".getBytes(StandardCharsets.US_ASCII), old, 2));
        assertThat(outcomes.get(2).entry()).isNull();
        assertThat(outcomes).extracting(Commit.Outcome::refusal).containsOnlyNulls();
        Entry b = requireNonNull(reader.get(Key.of("b")));
        assertThat(b).isEqualTo(outcomes.get(3).entry());
        assertThat(b.seen().counter(PEER)).isEqualTo(9);
        assertThat(committer.head().counter(Scope.EVERYWHERE))
                .as("arrivals are not its own")
                .isEqualTo(2);
    }

    @Test
    void whatChangesNothingCostsNoTransaction() {
        commit(put("a", "1"));
        int before = commits.number;
        List<Commit.Outcome> outcomes = commit(arrival("a", "old", 5), new Kept(Map.of()));
        assertThat(outcomes).extracting(Commit.Outcome::sequence).containsExactly(1L, 1L);
        assertThat(commits.number).isEqualTo(before);
        commit(new Kept(Map.of("row", new byte[] {1})));
        assertThat(commits.number).isEqualTo(before + 1);
        assertThat(reader.kept("row")).containsOnlyKeys("row");
        commit(new Kept(Map.of("row", new byte[0])));
        assertThat(reader.kept("row")).isEmpty();
    }

    @Test
    void whatIsWrittenAfterAnArrivalIsGreaterUnlessThatIsFromTheFuture() {
        long ahead = HybridClock.stamp(NOW + 30_000);
        commit(arrival("a", "x", ahead));
        Entry next = applied(put("b", "y"));
        assertThat(next.version().stamp()).isEqualTo(ahead + 1);
        commit(arrival("a", "x", HybridClock.stamp(NOW + 2 * HybridClock.BOUND_MILLIS)));
        assertThat(applied(put("b", "y")).version().stamp()).isEqualTo(ahead + 2);
        clock.known = false;
        commit(arrival("a", "x", HybridClock.stamp(NOW + 40_000)));
        assertThat(committer.head().clock()).isEqualTo(ahead + 2);
    }

    @Test
    void aFullDiskTakesDeletesFromElsewhereAndNothingElse() {
        commit(put("a", "1"), put("b", "1"));
        disk.full(true);
        List<Commit.Outcome> outcomes = commit(
                arrival("c", "new", 1),
                arrival("a", "", HybridClock.stamp(NOW + 1_000)),
                put("b", ""),
                new Kept(Map.of("row", new byte[] {1})));
        assertThat(outcomes.get(0).refusal()).contains("full");
        assertThat(outcomes.get(1).refusal()).isNull();
        assertThat(outcomes.get(2).refusal()).isNull();
        assertThat(outcomes.get(3).refusal()).contains("full");
        assertThat(reader.get(Key.of("a"))).extracting(Entry::deleted).isEqualTo(true);
        assertThat(reader.get(Key.of("c"))).isNull();
        assertThat(reader.kept("")).isEmpty();
    }

    @Test
    void whatAnArrivingDeleteWouldKeepAlongIsNotWorthTheDelete() {
        commit(put("a", "1"));
        Arrived delete = arrival("a", "", HybridClock.stamp(NOW + 1_000));
        Submission noting = new Noting(delete, Map.of("notice", new byte[] {1}));
        disk.full(true);
        assertThat(commit(noting).getFirst().refusal()).isNull();
        assertThat(reader.get(Key.of("a"))).extracting(Entry::deleted).isEqualTo(true);
        assertThat(reader.kept("")).isEmpty();
        disk.full(false);
        commit(noting);
        assertThat(reader.kept("")).containsOnlyKeys("notice");
    }

    @Test
    void aWriteLeavesOutWhatItsPredecessorHadSeenOnceEveryoneHasThePredecessor() {
        needed.add("a");
        commit(put("a", "1"), arrival("a", "2", HybridClock.stamp(NOW + 1_000)), put("a", "3"));
        assertThat(applied(put("a", "4")).seen().size()).isEqualTo(2);
        Entry last = applied(put("a", "5"));
        assertThat(last.seen().counter(PEER)).isEqualTo(9);
        needed.clear();
        assertThat(applied(put("a", "6")).seen())
                .isEqualTo(Seen.NOTHING.with(last.version().replica(), last.counter()));
    }

    @Test
    void forgetsTombstonesThatNobodyNeedsThoughManyAreNeededBeforeThem() {
        List<Submission> deletes = new ArrayList<>();
        for (int i = 0; i < 1_300; i++) {
            deletes.add(put("k/" + i, ""));
            if (i < 1_200) {
                needed.add("k/" + i);
            }
        }
        committer.commit(deletes);
        clock.millis += 2_000;
        for (int second = 0; second < 3; second++) {
            committer.keepHouse();
        }
        assertThat(disk.rows()).isEqualTo(1_200);
        needed.clear();
        for (int second = 0; second < 3; second++) {
            committer.keepHouse();
        }
        assertThat(disk.rows()).isZero();
    }

    @Test
    void goesOnAsAnotherAuthorAfterDamage() {
        commit(put("a", "1"), put("b", "1"));
        long before = store.replica();
        disk.damage(Key.of("a"));
        List<Long> authors = new ArrayList<>();
        commit(put("c", "1"), new Asking(Key.of("a"), () -> authors.add(store.replica())));
        assertThat(authors)
                .as("asked again, knowing of the damage")
                .hasSize(2)
                .element(0)
                .isEqualTo(before);
        assertThat(authors.getLast()).isNotEqualTo(before);
        Entry next = requireNonNull(reader.get(Key.of("c")));
        assertThat(next.version().replica()).isNotEqualTo(before).isEqualTo(store.replica());
        assertThat(next.counter()).isEqualTo(1);
        assertThat(reader.kept("author/")).hasSize(1);
    }

    private static Put amending(Entry before, String value) {
        return new Put(Write.amending(before, value.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void whatAmendsAnEntryOutdoesNothingThatWasWrittenSince() {
        Entry entry = applied(put("phone", "unsigned"));
        long between = entry.version().stamp() + 2;
        clock.millis += 60_000;
        Entry signed = applied(amending(entry, "signed"));
        assertThat(signed.version()).isGreaterThan(entry.version());
        // A delete that another unit made before this one signed, and which is only now heard of.
        assertThat(applied(new Arrived(arriving("phone", new byte[0], between, 0)))
                        .deleted())
                .isTrue();
        assertThat(commit(amending(signed, "again")).getFirst().refusal()).isEqualTo(Commit.WRITTEN_SINCE);
        assertThat(requireNonNull(reader.get(Key.of("phone"))).deleted()).isTrue();
    }
}
