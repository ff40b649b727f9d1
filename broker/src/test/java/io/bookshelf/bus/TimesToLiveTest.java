package io.bookshelf.bus;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A time to live that was given here ends by the monotonic clock, whatever the wall clock says or does not know. */
final class TimesToLiveTest {
    private final MemoryDisk disk = new MemoryDisk();
    private final Time time = new Time();
    private MemoryStore store = new MemoryStore(disk, new Random(1), List.of());
    private Committer committer = committer();

    /** Its two clocks run apart. */
    private static final class Time implements WallClock {
        private long millis = 1_800_000_000_000L;
        private long nanos = Long.MAX_VALUE - 5_000_000_000L;
        private boolean known;

        @Override
        public long millis() {
            return millis;
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public boolean known() {
            return known;
        }

        @Override
        public String source() {
            return "";
        }

        void pass(long millisPassed) {
            millis += millisPassed;
            nanos += millisPassed * 1_000_000;
        }
    }

    private record Put(Write write) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    private record Arrived(Entry entry) implements Submission, Arrival {
        @Override
        public Key key() {
            return entry.key();
        }

        @Override
        public Arrival arrival() {
            return this;
        }

        @Override
        public Entry merge(@Nullable Entry stored, long sequence, long nowMillis) {
            return entry.at(sequence);
        }

        @Override
        public int weight() {
            return 1;
        }
    }

    private Committer committer() {
        return new Committer(store, time, () -> 0, TombstonePolicy.AFTER_AN_HOUR);
    }

    private Commit.Outcome put(String key, String value, long seconds, boolean ifAbsent) {
        return committer
                .commit(List.of(new Put(new Write(
                        Key.of(key), value.getBytes(US_ASCII), 1, ValueProperties.NONE, seconds, ifAbsent, null))))
                .outcomes()
                .getFirst();
    }

    private Entry put(String key, String value, long seconds) {
        return Objects.requireNonNull(put(key, value, seconds, false).entry());
    }

    private @Nullable Entry get(String key) {
        return store.openReader().get(Key.of(key));
    }

    private List<Entry> tick() {
        committer.keepHouse();
        return committer.endTimesToLive().outcomes().stream()
                .map(Commit.Outcome::entry)
                .filter(Objects::nonNull)
                .toList();
    }

    @Test
    void endsThoughNobodyKnowsTheTimeAndIsToldAsATombstoneOfItsVersion() {
        Entry entry = put("k", "v", 5);
        time.pass(4_999);
        assertThat(tick()).isEmpty();
        time.pass(1);
        assertThat(tick()).singleElement().satisfies(end -> {
            assertThat(end).isEqualTo(entry.expired().at(end.sequence()));
            assertThat(end.sequence()).isGreaterThan(entry.sequence());
            assertThat(get("k")).isEqualTo(end);
        });
        time.pass(1_000);
        assertThat(tick()).as("once").isEmpty();
    }

    @Test
    void theWallClockSetBackDoesNotHoldItUp() {
        time.known = true;
        put("k", "v", 5);
        time.millis -= 3_600_000;
        time.pass(5_000);
        assertThat(tick()).hasSize(1);
    }

    @Test
    void whatTheTimeOfDayEndsIsNotTold() {
        time.known = true;
        put("k", "v", 5);
        time.pass(5_000);
        assertThat(tick()).isEmpty();
        assertThat(Objects.requireNonNull(get("k")).deleted()).isTrue();
    }

    @Test
    void anotherValueOrOneFromElsewhereIsNotEnded() {
        put("later", "v", 5);
        put("later", "w", 10);
        put("forever", "v", 5);
        put("forever", "w", 0);
        put("deleted", "v", 5);
        put("deleted", "", 0);
        Entry here = put("elsewhere", "v", 5);
        Entry there = put("from", "x", 0);
        committer.commit(List.of(new Arrived(new Entry(
                here.key(),
                here.value(),
                false,
                1,
                here.properties(),
                new io.bookshelf.schema.Version(there.version().stamp() + 1, 7),
                1,
                here.seen(),
                here.expiresAt(),
                0))));
        time.pass(6_000);
        assertThat(tick()).isEmpty();
        time.pass(4_000);
        assertThat(tick()).extracting(end -> end.key().name()).containsExactly("later");
        assertThat(Objects.requireNonNull(get("elsewhere")).deleted()).isFalse();
    }

    @Test
    void whatSurvivedARestartWaitsUntilTheTimeIsKnown() {
        put("k", "v", 5);
        store.close();
        store = new MemoryStore(disk, new Random(2), List.of());
        committer = committer();
        time.pass(10_000);
        assertThat(tick()).isEmpty();
        assertThat(Objects.requireNonNull(get("k")).deleted()).isFalse();
        time.known = true;
        tick();
        assertThat(Objects.requireNonNull(get("k")).deleted()).isTrue();
    }

    @Test
    void whoAsksForAnAbsentKeyGetsItAtThatMoment() {
        put("lease", "a", 5, true);
        time.pass(4_999);
        assertThat(put("lease", "b", 5, true).refusal()).isEqualTo(Commit.KEY_EXISTS);
        time.pass(1);
        assertThat(put("lease", "b", 5, true).refusal()).isNull();
        time.pass(4_999);
        assertThat(tick()).as("the end of a's is not b's").isEmpty();
    }

    @Test
    void whoGivesOneIsToldWhereItDependsOnThisUnit() {
        assertThat(put("k", "v", 0, false).notice()).isNull();
        assertThat(committer.timesToLiveAtRisk()).isFalse();
        assertThat(put("k", "v", 5, false).notice()).isEqualTo(TimesToLive.WHILE_RUNNING);
        assertThat(committer.timesToLiveAtRisk()).isTrue();
        time.known = true;
        assertThat(put("k", "v", 5, false).notice()).isNull();
        assertThat(committer.timesToLiveAtRisk()).isFalse();
    }

    @Test
    void whatIsBeyondTheBoundIsSaidToBeSo() {
        List<Submission> all = new ArrayList<>();
        for (int i = 0; i <= TimesToLive.MOST; i++) {
            all.add(new Put(new Write(Key.of("k/" + i), new byte[] {1}, 1, ValueProperties.NONE, 5)));
        }
        List<Commit.Outcome> outcomes = committer.commit(all).outcomes();
        assertThat(outcomes.subList(0, TimesToLive.MOST))
                .extracting(Commit.Outcome::notice)
                .containsOnly(TimesToLive.WHILE_RUNNING);
        assertThat(outcomes.getLast().notice()).isEqualTo(TimesToLive.NOT_KEPT);
        assertThat(put("k/0", "again", 5, false).notice()).isEqualTo(TimesToLive.WHILE_RUNNING);
        time.pass(5_000);
        int ended = 0;
        for (int ticks = 0; ticks <= TimesToLive.MOST / 500; ticks++) {
            ended += tick().size();
        }
        assertThat(ended).isEqualTo(TimesToLive.MOST);
        assertThat(put("new", "v", 5, false).notice()).isEqualTo(TimesToLive.WHILE_RUNNING);
    }

    @Test
    void aFullDiskHoldsUpNoEnd() {
        put("k", "v", 5);
        disk.full(true);
        time.pass(5_000);
        assertThat(tick()).hasSize(1);
    }

    /** Random writes, with a wall clock that jumps and is known now and then: each value ends when its own time is over. */
    @Test
    void eachEndsWithinATickOfItsTime() {
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        System.out.println("TimesToLiveTest: -Dbookshelf.seed=" + seed);
        Random random = new Random(seed);
        Map<String, Long> ends = new HashMap<>();
        for (int step = 0; step < 3_000; step++) {
            String key = "k/" + random.nextInt(50);
            long seconds = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 30);
            boolean deletes = random.nextInt(8) == 0;
            put(key, deletes ? "" : "v" + step, seconds);
            if (deletes) {
                ends.remove(key);
            } else {
                ends.put(key, seconds == 0 ? Long.MAX_VALUE : (long) step * 700 + seconds * 1_000);
            }
            if (random.nextInt(50) == 0) {
                // Back, for what was set forth ends values early, as known time does.
                time.millis -= random.nextInt(100_000);
                time.known = random.nextBoolean();
            }
            time.pass(700);
            tick();
            long now = (step + 1L) * 700;
            ends.forEach((each, end) -> {
                Entry entry = get(each);
                assertThat(entry != null && !entry.deleted())
                        .as("%s at %d, to end at %d", each, now, end)
                        .isEqualTo(end > now);
            });
        }
    }
}
