package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every {@link StateStore} must do for those who replicate it. */
abstract class StoreFollowersContract extends StateStoreContract {
    private static byte[] longs(long... values) {
        ByteBuffer out = ByteBuffer.allocate(values.length * Long.BYTES);
        out.asLongBuffer().put(values);
        return out.array();
    }

    private static String hex(long id) {
        return HexFormat.of().toHexDigits(id);
    }

    private static String author(long id) {
        return "author/" + hex(id);
    }

    private static String start(long id) {
        return "start/" + hex(id);
    }

    private void keep(String name, byte... value) {
        try (WriteTransaction tx = store.begin()) {
            tx.keep(name, value);
            tx.commit(sequence(), store.head().clock(), Map.of());
        }
    }

    private void agrees() {
        TreeMap<Key, Entry> all = new TreeMap<>();
        reader.changesAfter(0, 0, 10_000, 1 << 30).entries().forEach(entry -> all.put(entry.key(), entry));
        assertThat(index.durable).isEqualTo(all);
        assertThat(store.head().keys())
                .isEqualTo(
                        all.values().stream().filter(entry -> !entry.deleted()).count());
    }

    @Test
    void everyOpeningWritesAsAnotherAuthorAndKeepsWhatTheLastOneWrote() {
        long first = store.replica();
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("a", "x", 1));
            tx.commit(1, 7, Map.of(Scope.UNIT, 4L, Scope.NETWORK, 5L, Scope.EVERYWHERE, 6L));
        }
        assertThat(store.replica()).isEqualTo(first);
        assertThat(reader.kept("")).isEmpty();
        reopen();
        long unwritten = store.replica();
        assertThat(unwritten).isNotEqualTo(first);
        assertThat(store.head()).isEqualTo(new Head(1, 7, 0, 0, 0, 1));
        assertThat(reader.kept("")).isEmpty();
        assertThat(index.lastStart).as("who follows is told at once").containsOnlyKeys(author(first), start(first));
        assertThat(index.lastStart.get(author(first))).isEqualTo(longs(4, 5, 6));
        assertThat(index.lastStart.get(start(first))).isEqualTo(longs(1));
        reopen();
        long third = store.replica();
        put("b");
        assertThat(store.head()).isEqualTo(new Head(2, 7, 0, 0, 2, 2));
        assertThat(reader.kept("author/")).containsOnlyKeys(author(first));
        assertThat(reader.kept("author/").get(author(first))).isEqualTo(longs(4, 5, 6));
        assertThat(reader.kept("start/")).containsOnlyKeys(start(first));
        assertThat(reader.kept("start/").get(start(first))).isEqualTo(longs(1));
        reopen();
        keep("changes", (byte) 1);
        assertThat(reader.kept("author/").get(author(third))).isEqualTo(longs(0, 0, 2));
        assertThat(reader.kept("start/").get(start(third))).isEqualTo(longs(2));
        assertThat(reader.kept("start/")).hasSize(2);
    }

    @Test
    void aStartThatWroteNoEntryHasNoCounters() {
        put("a");
        reopen();
        long second = store.replica();
        keep("row", (byte) 1);
        reopen();
        assertThat(store.head()).isEqualTo(new Head(1, 7, 0, 0, 0, 1));
        keep("row", (byte) 2);
        assertThat(reader.kept("start/")).hasSize(2).containsKey(start(second));
        assertThat(reader.kept("author/")).hasSize(1).doesNotContainKey(author(second));
    }

    @Test
    void keepsTheEndsOfTheLast64Starts() {
        try (WriteTransaction tx = store.begin()) {
            for (int i = 1; i <= 70; i++) {
                tx.keep("start/" + hex(i), longs(1_000 - i));
            }
            tx.put(Entries.live("k", "x", 2_000));
            tx.commit(2_000, 1, Map.of());
        }
        long last = store.replica();
        reopen();
        put("later");
        assertThat(reader.kept("start/"))
                .hasSize(64)
                .containsKeys(start(last), "start/" + hex(1), "start/" + hex(63))
                .doesNotContainKey("start/" + hex(64));
    }

    @Test
    void keepsRowsByName() {
        keep("p/a", (byte) 1, (byte) 2);
        keep("p/b");
        keep("q", (byte) 3);
        apply(new SessionChange.SaveSession("q", 1, 0, 0), new SessionChange.DropSession("q"));
        try (WriteTransaction tx = store.begin()) {
            tx.keep("p/a", null);
            tx.keep("p/lost", new byte[1]);
        }
        reopen();
        assertThat(reader.kept("p/")).containsOnlyKeys("p/a", "p/b");
        assertThat(reader.kept("p/").get("p/a")).isEqualTo(new byte[] {1, 2});
        assertThat(reader.kept("p/").get("p/b")).isEmpty();
        assertThat(reader.kept("q").get("q")).isEqualTo(new byte[] {3});
        assertThat(reader.kept("r")).isEmpty();
        assertThat(reader.sessions()).isEmpty();
        try (WriteTransaction tx = store.begin()) {
            tx.keep("p/a", new byte[] {9});
            tx.keep("p/b", null);
            tx.commit(0, 0, Map.of());
        }
        assertThat(reader.kept("p/")).containsOnlyKeys("p/a");
        assertThat(reader.kept("p/").get("p/a")).isEqualTo(new byte[] {9});
    }

    @Test
    void givesTheEntriesOfABucket() {
        List<String> names = new ArrayList<>();
        Map<Integer, List<Entry>> expected = new TreeMap<>();
        for (int i = 0; i < 600; i++) {
            names.add("key/" + i);
        }
        put(names.toArray(String[]::new));
        store.maintain();
        try (WriteTransaction tx = store.begin()) {
            for (int i = 0; i < 50; i++) {
                tx.put(Entries.tombstone("key/" + i, 600 + 2 * i + 1));
                tx.put(Entries.live("key/" + (i + 100), "changed", 600 + 2 * i + 2));
            }
            commit(tx, 700);
        }
        for (String name : names) {
            Entry entry = reader.get(Key.of(name));
            assertThat(entry).isNotNull();
            expected.computeIfAbsent(Bucket.of(Key.of(name)), b -> new ArrayList<>())
                    .add(entry);
        }
        assertThat(expected.values()).as("two keys in one bucket").anyMatch(entries -> entries.size() > 1);
        expected.forEach(
                (bucket, entries) -> assertThat(reader.bucket(bucket)).containsExactlyInAnyOrderElementsOf(entries));
        assertThat(reader.bucket(firstBucketWithout(expected))).isEmpty();
    }

    private static int firstBucketWithout(Map<Integer, ?> buckets) {
        int bucket = 0;
        while (buckets.containsKey(bucket)) {
            bucket++;
        }
        return bucket;
    }

    @Test
    void anIndexKnowsWhatIsDurableAndNothingElse() {
        put("a", "b", "c");
        agrees();
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.expiring("b", 4, 1_000));
            tx.put(Entries.tombstone("c", 5));
            tx.put(Entries.live("twice", "1", 6));
            tx.put(Entries.live("twice", "2", 7));
            commit(tx, 7);
        }
        agrees();
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("a", "never", 8));
        }
        keep("row", (byte) 1);
        agrees();
        index.failsNext = true;
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("a", "never", 8));
            assertThatThrownBy(() -> commit(tx, 8)).hasMessageContaining("as the test wants it");
        }
        agrees();
        try (WriteTransaction tx = store.begin()) {
            assertThat(tx.expire(1_000, 10)).isEqualTo(1);
            commit(tx, 8);
        }
        agrees();
        assertThat(forget(Entries.forgetting(8, Entries.MILLIS + 100)).forgotten())
                .isEqualTo(2);
        assertThat(index.durable).containsOnlyKeys(Key.of("a"), Key.of("twice"));
        agrees();
        assertThat(index.resets).isZero();
    }

    private TombstoneSearch.Result forget(TombstoneSearch search) {
        try (WriteTransaction tx = store.begin()) {
            TombstoneSearch.Result result = tx.forgetTombstones(search);
            commit(tx, sequence());
            return result;
        }
    }

    @Test
    void looksForTombstonesInTurnAndLeavesThoseThatAreNeeded() {
        long now = Entries.MILLIS + 100;
        try (WriteTransaction tx = store.begin()) {
            for (int i = 1; i <= 9; i++) {
                tx.put(Entries.tombstone("k/" + i, i));
            }
            tx.put(Entries.tombstone("future", 20, now + 10_000_000));
            tx.put(Entries.tombstone("old", 21, now - 50));
            tx.put(Entries.tombstone("young", 22, now + 10));
            tx.put(Entries.tombstone("hidden", 23, now - 50));
            commit(tx, 23);
        }
        TombstoneSearch all = new TombstoneSearch(0, 9, now, 0, 4, tombstone -> tombstone.sequence() % 2 == 0);
        assertThat(forget(all)).isEqualTo(new TombstoneSearch.Result(2, 4));
        TombstoneSearch.Result second = forget(new TombstoneSearch(4, 9, now, 0, 4, all.mayForget()));
        assertThat(second).isEqualTo(new TombstoneSearch.Result(2, 8));
        TombstoneSearch.Result third = forget(new TombstoneSearch(8, 100, now, 0, 4, tombstone -> true));
        assertThat(third).as("the young one ends it").isEqualTo(new TombstoneSearch.Result(2, 0));
        assertThat(names(reader.changesAfter(0, 0, 100, 1 << 20)))
                .containsExactly("k/1", "k/3", "k/5", "k/7", "future", "young", "hidden");
        agrees();
    }
}
