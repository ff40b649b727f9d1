package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.StoreReader.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every {@link StateStore} must do. */
abstract class StateStoreContract {
    @TempDir
    Path folder;

    final FollowingIndex index = new FollowingIndex();
    StateStore store;
    StoreReader reader;

    abstract StateStore open(Path folder, List<EntryIndex> indexes);

    @BeforeEach
    void openStore() {
        store = open(folder, List.of(index));
        reader = store.openReader();
    }

    @AfterEach
    void closeStore() {
        reader.close();
        store.close();
    }

    void reopen() {
        closeStore();
        openStore();
    }

    long sequence() {
        return store.head().sequence();
    }

    void commit(WriteTransaction tx, long sequence) {
        tx.commit(sequence, 7, Map.of(Scope.EVERYWHERE, sequence));
    }

    void put(String... keys) {
        long sequence = sequence();
        try (WriteTransaction tx = store.begin()) {
            for (String key : keys) {
                tx.put(Entries.live(key, "value of " + key, ++sequence));
            }
            commit(tx, sequence);
        }
    }

    void apply(SessionChange... changes) {
        try (WriteTransaction tx = store.begin()) {
            for (SessionChange change : changes) {
                tx.apply(change);
            }
            tx.commit(sequence(), store.head().clock(), Map.of());
        }
    }

    static List<String> names(Page<?> page) {
        return page.entries().stream().map(entry -> entry.key().name()).toList();
    }

    private List<String> scan(String prefix) {
        return names(reader.scan(prefix, null, 0, 1_000, 1 << 20));
    }

    @Test
    void returnsAnEntryAsItWasPut() {
        Entry full = Entries.full("a/full", 1);
        try (WriteTransaction tx = store.begin()) {
            tx.put(full);
            assertThat(tx.stored(full.key())).isEqualTo(full);
            commit(tx, 1);
        }
        assertThat(reader.get(full.key())).isEqualTo(full);
        reopen();
        assertThat(reader.get(full.key())).isEqualTo(full);
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.stored(full.key())).isEqualTo(full);
        }
    }

    @Test
    void scansInTheOrderOfTheKeysBytes() {
        String beyondTheBasicPlane = "p/\uDBFF\uDFFF";
        String lastOfTheBasicPlane = "p/\uFFFD";
        put("q", "p/b", beyondTheBasicPlane, "p", "p/", "p/a/1", lastOfTheBasicPlane, "p/a", "o", "p0");
        assertThat(scan("p/")).containsExactly("p/", "p/a", "p/a/1", "p/b", lastOfTheBasicPlane, beyondTheBasicPlane);
        assertThat(scan("p/\uDBFF\uDFFF")).containsExactly(beyondTheBasicPlane);
        assertThat(scan("p")).hasSize(8).startsWith("p", "p/").endsWith("p0");
        assertThat(scan("")).hasSize(10).startsWith("o").endsWith("q");
        assertThat(scan("nothing")).isEmpty();
    }

    @Test
    void aPageOfOnlyTombstonesIsEmptyAndSaysWhereToGoOn() {
        long sequence = 0;
        try (WriteTransaction tx = store.begin()) {
            for (int i = 0; i < StoreReader.MOST_PASSED_OVER + 100; i++) {
                tx.put(Entries.tombstone("k/" + (10_000 + i), ++sequence));
            }
            tx.put(Entries.live("k/last", "there", ++sequence));
            commit(tx, sequence);
        }
        Page<String> first = reader.scan("k/", null, 0, 1_000, 1 << 20);
        assertThat(first.entries()).isEmpty();
        assertThat(first.next()).isEqualTo("k/" + (10_000 + StoreReader.MOST_PASSED_OVER - 1));
        Page<String> second = reader.scan("k/", first.next(), 0, 1_000, 1 << 20);
        assertThat(names(second)).containsExactly("k/last");
        assertThat(second.next()).isNull();
    }

    @Test
    void aPageIsBoundByThePropertiesOfItsEntriesToo() {
        Entry first = Entries.full("a/1", 1);
        Entry second = Entries.full("a/2", 2);
        try (WriteTransaction tx = store.begin()) {
            tx.put(first);
            tx.put(second);
            commit(tx, 2);
        }
        int withoutProperties = first.key().length() + first.value().length;
        assertThat(first.properties().weight()).isPositive();
        assertThat(names(reader.scan("a/", null, 0, 10, withoutProperties))).containsExactly("a/1");
        assertThat(names(reader.changesAfter(0, 0, 10, withoutProperties))).containsExactly("a/1");
        assertThat(reader.changesAfter(0, 0, 10, withoutProperties).next()).isEqualTo(1);
    }

    @Test
    void pagesThroughAPrefixWithoutGapOrRepetition() {
        List<String> keys = new ArrayList<>();
        for (int i = 100; i < 200; i++) {
            keys.add("k/" + i);
        }
        put(keys.toArray(String[]::new));
        List<String> seen = new ArrayList<>();
        String after = null;
        do {
            Page<String> page = reader.scan("k/", after, 0, 7, 60);
            assertThat(page.entries()).hasSizeBetween(1, 7);
            assertThat(page.sequence()).isEqualTo(100);
            seen.addAll(names(page));
            after = page.next();
        } while (after != null);
        assertThat(seen).isEqualTo(keys);
    }

    @Test
    void givesChangesInOrderAndEachKeyAtItsNewest() {
        put("a", "b", "c");
        put("a");
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.tombstone("b", 5));
            commit(tx, 5);
        }
        Page<Long> all = reader.changesAfter(0, 0, 10, 1 << 20);
        assertThat(names(all)).containsExactly("c", "a", "b");
        assertThat(all.entries().getLast().deleted()).isTrue();
        assertThat(all.next()).isNull();
        Page<Long> first = reader.changesAfter(0, 0, 1, 1 << 20);
        assertThat(first.next()).isEqualTo(3);
        assertThat(names(reader.changesAfter(4, 0, 10, 1 << 20))).containsExactly("b");
        assertThat(reader.changesAfter(5, 0, 10, 1 << 20).entries()).isEmpty();
    }

    @Test
    void keepsOnlyTheLastOfSeveralPutsInATransaction() {
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("k", "first", 1));
            tx.put(Entries.live("k", "second", 2));
            assertThat(tx.stored(Key.of("k"))).isEqualTo(Entries.live("k", "second", 2));
            commit(tx, 2);
        }
        assertThat(reader.changesAfter(0, 0, 10, 1 << 20).entries()).containsExactly(Entries.live("k", "second", 2));
        assertThat(store.head().keys()).isEqualTo(1);
    }

    @Test
    void refusesASequenceThatIsNotBeyondTheLast() {
        put("a", "b");
        try (WriteTransaction tx = store.begin()) {
            assertThatThrownBy(() -> tx.put(Entries.live("c", "", 2))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void showsNothingBeforeTheCommitAndLeavesNothingWithoutOne() {
        put("a");
        Head before = store.head();
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("a", "changed", 2));
            tx.put(Entries.live("b", "new", 3));
            tx.apply(new SessionChange.SaveSession("s", 1, 2, 3));
            assertThat(tx.expire(Long.MAX_VALUE, 10)).isZero();
            assertThat(scan("")).containsExactly("a");
        }
        assertThat(scan("")).containsExactly("a");
        assertThat(reader.sessions()).isEmpty();
        assertThat(store.head()).isEqualTo(before);
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.stored(Key.of("a"))).isEqualTo(Entries.live("a", "value of a", 1));
            assertThat(tx.stored(Key.of("b"))).isNull();
        }
        put("c");
        assertThat(reader.sessions()).isEmpty();
    }

    @Test
    void expiryLeavesATombstoneOfTheSameVersion() {
        Entry dying = Entries.expiring("dying", 1, 1_000);
        try (WriteTransaction tx = store.begin()) {
            tx.put(dying);
            tx.put(Entries.expiring("lasting", 2, 2_000));
            tx.put(Entries.live("eternal", "x", 3));
            commit(tx, 3);
        }
        assertThat(names(reader.scan("", null, 1_000, 10, 1 << 20))).containsExactly("eternal", "lasting");
        assertThat(reader.changesAfter(0, 1_000, 1, 1 << 20).entries()).containsExactly(dying.expired());
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.expire(1_000, 10)).isEqualTo(1);
            assertThat(tx.stored(dying.key())).isEqualTo(dying.expired());
            commit(tx, 3);
        }
        assertThat(reader.get(dying.key())).isEqualTo(dying.expired());
        assertThat(store.head().keys()).isEqualTo(2);
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.expire(1_000, 10)).isZero();
            assertThat(tx.expire(9_000, 10)).isEqualTo(1);
        }
    }

    @Test
    void forgetsOnlyTombstonesThatAreOldEnough() {
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("live", "x", 1));
            tx.put(Entries.tombstone("old", 2));
            tx.put(Entries.tombstone("young", 3));
            tx.put(Entries.tombstone("beyond", 4));
            commit(tx, 4);
        }
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.forgetTombstones(Entries.forgetting(3, Entries.MILLIS + 3)))
                    .isEqualTo(new TombstoneSearch.Result(1, 0));
            assertThat(tx.stored(Key.of("old"))).isNull();
            commit(tx, 4);
        }
        assertThat(reader.get(Key.of("old"))).isNull();
        assertThat(names(reader.changesAfter(0, 0, 10, 1 << 20))).containsExactly("live", "young", "beyond");
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.forgetTombstones(new TombstoneSearch(0, 4, Entries.MILLIS + 1_000, 0, 1, tombstone -> true)))
                    .isEqualTo(new TombstoneSearch.Result(1, 3));
            commit(tx, 4);
        }
        assertThat(store.head().keys()).isEqualTo(1);
    }

    @Test
    void keepsTheHeadOverAReopening() {
        put("a", "b");
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.tombstone("a", 3));
            Head head = tx.commit(9, 77, Map.of(Scope.UNIT, 4L, Scope.NETWORK, 5L));
            assertThat(head).isEqualTo(new Head(9, 77, 4, 5, 2, 1));
        }
        reopen();
        assertThat(store.head()).isEqualTo(new Head(9, 77, 0, 0, 0, 1));
        assertThat(reader.changesAfter(9, 0, 1, 1).sequence()).isEqualTo(9);
    }

    @Test
    void keepsSessionsOverAReopening() {
        SessionChange.QueuedEvent first = event("s", 1);
        SessionChange.QueuedEvent second = event("s", 2);
        SessionChange.Subscribe late = new SessionChange.Subscribe("s", "b/#", 1, 0, true, 2);
        SessionChange.Subscribe early = new SessionChange.Subscribe("s", "z/+", 2, 9, false, 1);
        SessionChange.SaveInFlight packet = new SessionChange.SaveInFlight("s", 3, 2, null, 1, true, 2);
        SessionChange.SaveInFlight keyed = new SessionChange.SaveInFlight("s", 8, 1, Key.of("k"), 0, false, 1);
        SessionChange.SaveWill will =
                new SessionChange.SaveWill("w", "bye", new byte[] {1}, 1, true, Entries.properties(), 5, 6, 7);
        apply(
                new SessionChange.SaveSession("s", 60, 0, 4, new Holder("anna", "proof")),
                new SessionChange.MoveCursor("s", 5),
                late,
                early,
                new SessionChange.Subscribe("s", "gone", 0, 0, false, 3),
                new SessionChange.Unsubscribe("s", "gone"),
                first,
                second,
                event("s", 3),
                packet,
                keyed,
                new SessionChange.SaveIncoming("s", 11),
                new SessionChange.SaveIncoming("s", 12),
                will);
        apply(new SessionChange.DropEvent("s", 3), new SessionChange.DropIncoming("s", 12));
        reopen();
        assertThat(reader.sessions())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactlyInAnyOrder(
                        new StoredSession("w", null, List.of(), List.of(), List.of(), will, 0, 0, 0),
                        new StoredSession(
                                "s",
                                new SessionChange.SaveSession("s", 60, 0, 5, new Holder("anna", "proof")),
                                List.of(early, late),
                                List.of(keyed, packet),
                                List.of(11),
                                null,
                                2,
                                2 * ("t/e".length() + 2),
                                3));
        assertThat(reader.events("s", 0, 10, 1 << 20))
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(second);
        assertThat(reader.event("s", 1)).usingRecursiveComparison().isEqualTo(first);
        assertThat(reader.event("s", 3)).isNull();
        dropsTheSessionThenTheWill();
    }

    private void dropsTheSessionThenTheWill() {
        apply(new SessionChange.DropInFlight("s", 3), new SessionChange.DropSession("s"));
        assertThat(reader.sessions()).extracting(StoredSession::clientId).containsExactly("w");
        assertThat(reader.events("s", 0, 10, 1 << 20)).isEmpty();
        apply(new SessionChange.DropWill("w"));
        assertThat(reader.sessions()).isEmpty();
    }

    @Test
    void eventsBehindANumberAreDroppedAndLaterOnesKept() {
        apply(new SessionChange.SaveSession("s", 1, 0, 0), event("s", 1), event("s", 2), event("t", 3));
        apply(event("s", 3), new SessionChange.DropEventsAfter("s", 1), event("s", 4));
        assertThat(reader.events("s", 0, 10, 1 << 20))
                .extracting(SessionChange.QueuedEvent::number)
                .containsExactly(1L, 4L);
        assertThat(reader.event("t", 3)).isNotNull();
    }

    @Test
    void aSessionDroppedAndMadeAgainInOneTransactionIsEmpty() {
        apply(new SessionChange.SaveSession("s", 1, 0, 0), event("s", 1));
        apply(
                new SessionChange.SaveIncoming("s", 1),
                new SessionChange.DropSession("s"),
                new SessionChange.SaveSession("s", 2, 0, 9));
        StoredSession session = reader.sessions().getFirst();
        assertThat(session.session()).isEqualTo(new SessionChange.SaveSession("s", 2, 0, 9));
        assertThat(session.incoming()).isEmpty();
        assertThat(session.queuedEvents()).isZero();
    }

    private static SessionChange.QueuedEvent event(String client, long number) {
        return new SessionChange.QueuedEvent(
                client,
                number,
                4,
                "t/e",
                new byte[] {(byte) number, 2},
                1,
                true,
                new int[] {4, 5},
                ValueProperties.NONE,
                number + 6,
                7);
    }
}
