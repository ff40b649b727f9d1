package io.bookshelf.bus;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.Durability;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.StoreReader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A write that is repeated under its id gets its first answer and is made once, whatever happened in between. */
final class WriteIdsTest {
    private static final WriteId.Owner ANN = WriteId.Owner.of("c", "ann");

    @TempDir
    private Path folder;

    private final MemoryDisk disk = new MemoryDisk();
    private final Time time = new Time();
    private Supplier<StateStore> stores = () -> new MemoryStore(disk, new Random(1), List.of());
    private @Nullable StateStore store;
    private @Nullable Committer committer;

    /** Its two clocks run apart. */
    private static final class Time implements WallClock {
        private long millis = 1_800_000_000_000L;
        private long nanos;

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
            return true;
        }

        @Override
        public String source() {
            return "the test";
        }
    }

    private record Put(Write write, List<SessionChange> sessionChanges) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    private static Put put(WriteId.@Nullable Owner owner, String id, String key, String value, boolean ifAbsent) {
        WriteId name = owner == null ? null : new WriteId(owner, id);
        return new Put(
                new Write(Key.of(key), value.getBytes(US_ASCII), 1, ValueProperties.NONE, 0, ifAbsent, name),
                List.of());
    }

    private static Put put(String id, String value) {
        return put(ANN, id, "k", value, false);
    }

    private List<Commit.Outcome> commit(Submission... batch) {
        if (committer == null) {
            store = stores.get();
            committer = new Committer(store, time, () -> 0, TombstonePolicy.AFTER_AN_HOUR);
        }
        return committer.commit(List.of(batch)).outcomes();
    }

    private Version made(Commit.Outcome outcome) {
        assertThat(outcome.refusal()).isNull();
        return requireNonNull(outcome.entry()).version();
    }

    private void assertRepeats(Commit.Outcome outcome, Version first) {
        assertThat(outcome.entry()).isNull();
        assertThat(outcome.refusal()).isNull();
        assertThat(outcome.version()).isEqualTo(first);
    }

    @AfterEach
    void restart() {
        if (store != null) {
            store.close();
        }
        committer = null;
    }

    private Map<String, byte[]> rows() {
        try (StoreReader reader = requireNonNull(store).openReader()) {
            return reader.kept(WriteIds.PREFIX);
        }
    }

    private String value(String key) {
        try (StoreReader reader = requireNonNull(store).openReader()) {
            return new String(requireNonNull(reader.get(Key.of(key))).value(), US_ASCII);
        }
    }

    @Test
    void aRepeatOverSomebodysNewerValueWritesNothing() {
        Version first = made(commit(put("1", "mine")).getFirst());
        made(commit(put(null, "", "k", "theirs", false)).getFirst());
        assertRepeats(commit(put("1", "mine")).getFirst(), first);
        assertThat(value("k")).isEqualTo("theirs");
        restart();
        assertRepeats(commit(put("1", "mine")).getFirst(), first);
        assertThat(value("k")).isEqualTo("theirs");
    }

    @Test
    void aRepeatInTheSameBatchIsOneToo() {
        List<Commit.Outcome> outcomes = commit(put("1", "a"), put("2", "b"), put("1", "a"));
        assertRepeats(outcomes.get(2), made(outcomes.get(0)));
        assertThat(value("k")).isEqualTo("b");
        assertThat(outcomes).extracting(Commit.Outcome::sequence).containsExactly(1L, 2L, 2L);
    }

    @Test
    void theAnswerThatTheKeyExistsIsRepeatedThoughItDoesNotAnyMore() {
        commit(put("1", "a"));
        assertThat(commit(put(ANN, "2", "k", "b", true)).getFirst().refusal()).isEqualTo(Commit.KEY_EXISTS);
        commit(put("3", ""));
        restart();
        assertThat(commit(put(ANN, "2", "k", "b", true)).getFirst().refusal()).isEqualTo(Commit.KEY_EXISTS);
    }

    @Test
    void whoWonTheKeyIsNotToldThatItExistsWhenAskingAgain() {
        Version won = made(commit(put(ANN, "1", "k", "a", true)).getFirst());
        assertRepeats(commit(put(ANN, "1", "k", "a", true)).getFirst(), won);
    }

    @Test
    void anotherWriteUnderTheSameIdIsRefused() {
        commit(put("1", "a"));
        assertThat(commit(put("1", "b")).getFirst().refusal()).isEqualTo(Commit.ID_OF_ANOTHER);
        assertThat(commit(put(ANN, "1", "l", "a", false)).getFirst().refusal()).isEqualTo(Commit.ID_OF_ANOTHER);
        assertThat(value("k")).isEqualTo("a");
    }

    @Test
    void idsAreEachOwnersOwn() {
        commit(put("1", "a"));
        made(commit(put(WriteId.Owner.of("c", "bob"), "1", "k", "b", false)).getFirst());
        made(commit(put(WriteId.Owner.of("ann", ""), "1", "k", "c", false)).getFirst());
        assertThat(WriteId.Owner.of("d", "ann"))
                .as("whoever proved a name, by any client")
                .isEqualTo(ANN);
    }

    @Test
    void whatWasRefusedByAFullDiskIsTriedAgain() {
        commit(put("0", "a"));
        disk.full(true);
        assertThat(commit(put("1", "b")).getFirst().refusal()).isNotNull();
        Version deleted = made(commit(put("2", "")).getFirst());
        assertRepeats(commit(put("2", "")).getFirst(), deleted);
        disk.full(false);
        made(commit(put("1", "b")).getFirst());
    }

    @Test
    void aRepeatSavesWhatItsPacketNeedsAndNoSecondCopyForAGroup() {
        SessionChange incoming = new SessionChange.SaveIncoming("c", 7);
        SessionChange copy = new SessionChange.QueuedEvent(
                "g", 1, 0, "k", new byte[0], 1, false, new int[0], ValueProperties.NONE, 0, 0);
        SessionChange session = new SessionChange.SaveSession("g", 60, 0, 0);
        SessionChange other = new SessionChange.SaveSession("c", 60, 0, 0);
        commit(new Put(put("1", "a").write(), List.of(session, other)));
        commit(new Put(put("1", "a").write(), List.of(incoming, copy)));
        try (StoreReader reader = requireNonNull(store).openReader()) {
            assertThat(reader.sessions()).allSatisfy(each -> {
                assertThat(each.queuedEvents()).isZero();
                assertThat(each.incoming())
                        .hasSize("c".equals(requireNonNull(each.session()).clientId()) ? 1 : 0);
            });
        }
    }

    @Test
    void anHourLaterItIsANewWriteAndNothingIsLeftInTheStore() {
        commit(put("1", "a"));
        time.nanos += TimeUnit.HOURS.toNanos(1);
        requireNonNull(committer).keepHouse();
        assertThat(rows()).hasSize(1);
        time.nanos++;
        time.millis -= 1_000_000_000;
        committer.keepHouse();
        assertThat(rows()).isEmpty();
        made(commit(put("1", "a")).getFirst());
    }

    @Test
    void aWriteWithoutAnIdLeavesNoRow() {
        commit(put(null, "", "k", "a", false));
        assertThat(rows()).isEmpty();
    }

    @Test
    void whatALaterVersionKeptIsPassedOver() {
        commit(put("1", "a"));
        commit(new Kept(Map.of(
                WriteIds.PREFIX + "0000000000000007", new byte[] {9, 9}, WriteIds.PREFIX + "x", new byte[0x20])));
        restart();
        assertThat(commit(put("1", "a")).getFirst().entry()).isNull();
        made(commit(put("2", "a")).getFirst());
    }

    private record Kept(Map<String, byte[]> kept) implements Submission {
        @Override
        public int weight() {
            return 1;
        }
    }

    @Test
    void manyIdsOfManyOwnersStayWithinTheirBoundsInMemoryAndInAFile() {
        against(20, 400);
    }

    @Test
    void theSameHoldsForAStoreInAFile() {
        stores = () -> SqliteStateStore.open(
                folder,
                StoreOptions.defaults().withDurability(Durability.NORMAL).withReserveBytes(0));
        against(6, 150);
    }

    /** Random writes and repeats, with restarts, against what a list per owner says. */
    private void against(int owners, int batches) {
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        System.out.println("WriteIdsTest: -Dbookshelf.seed=" + seed);
        Random random = new Random(seed);
        Model model = new Model();
        for (int i = 0; i < batches; i++) {
            List<Put> batch = new ArrayList<>();
            for (int n = random.nextInt(1, 300); n > 0; n--) {
                batch.add(model.next(random, owners));
            }
            if (random.nextInt(20) == 0) {
                restart();
            }
            model.check(batch, commit(batch.toArray(Submission[]::new)));
            assertThat(rows().values().stream().mapToInt(row -> row.length).sum())
                    .as("bytes that are kept")
                    .isLessThan((2 * WriteIds.MOST + 4_096) * 110);
        }
    }

    /** What was answered, and what of it must be known still: the newest of each owner, unless there are too many in all. */
    private static final class Model {
        private final Map<WriteId, Version> answers = new HashMap<>();
        private final Map<WriteId.Owner, ArrayDeque<WriteId>> known = new HashMap<>();
        private final ArrayDeque<WriteId> all = new ArrayDeque<>();
        private int next;

        Put next(Random random, int owners) {
            // The first few write most.
            WriteId.Owner owner = WriteId.Owner.of("", "user" + random.nextInt(1 + random.nextInt(owners)));
            ArrayDeque<WriteId> own = known.getOrDefault(owner, new ArrayDeque<>());
            if (random.nextInt(4) == 0 && !own.isEmpty()) {
                WriteId again =
                        random.nextBoolean() ? own.getLast() : new ArrayList<>(own).get(random.nextInt(own.size()));
                return put(owner, again.id(), "k/" + again.id(), "v", false);
            }
            String id = "w" + next++;
            return put(owner, id, "k/" + id, "v", false);
        }

        void check(List<Put> batch, List<Commit.Outcome> outcomes) {
            for (int i = 0; i < batch.size(); i++) {
                WriteId id = requireNonNull(batch.get(i).write().id());
                Commit.Outcome outcome = outcomes.get(i);
                assertThat(outcome.refusal()).isNull();
                Version first = answers.get(id);
                if (outcome.entry() == null) {
                    assertThat(outcome.version()).as("%s", id).isEqualTo(first).isNotNull();
                } else {
                    // One was asked for before its owner's others of this very batch pushed it out, or never.
                    assertThat(first != null && isKnown(id))
                            .as("%s was forgotten too early", id)
                            .isFalse();
                    answers.put(id, outcome.entry().version());
                    ArrayDeque<WriteId> own = known.computeIfAbsent(id.owner(), owner -> new ArrayDeque<>());
                    own.remove(id);
                    own.add(id);
                    all.remove(id);
                    all.add(id);
                    if (own.size() > WriteIds.MOST_OF_ONE) {
                        all.remove(own.removeFirst());
                    } else if (all.size() > WriteIds.MOST) {
                        WriteId oldest = all.removeFirst();
                        requireNonNull(known.get(oldest.owner())).remove(oldest);
                    }
                }
            }
        }

        private boolean isKnown(WriteId id) {
            return known.getOrDefault(id.owner(), new ArrayDeque<>()).contains(id);
        }
    }
}
