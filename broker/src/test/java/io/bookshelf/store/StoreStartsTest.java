package io.bookshelf.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a start wrote last, the next one knows by whom it was, though nobody closes anything. */
final class StoreStartsTest {
    private static final long SEED = Long.getLong("bookshelf.seed", 20_260_103);
    private static final int STARTS = 40;

    @TempDir
    private Path folder;

    private final Random random = new Random(SEED);
    // What is to be kept of the starts that are over: the counter of each that wrote an entry, the end of each that
    // wrote.
    private final Map<String, Long> authors = new TreeMap<>();
    private final Map<String, Long> ends = new TreeMap<>();
    private long sequence;

    private static StoreOptions options() {
        return StoreOptions.defaults()
                .withDurability(Durability.NORMAL)
                .withReserveBytes(0)
                .withRecent(12, 1 << 20, 1);
    }

    @Test
    void knowsTheAuthorAfterAKillAtEveryPoint() throws Exception {
        Path at = folder.resolve("0");
        for (int start = 1; start <= STARTS; start++) {
            Path next = Files.createDirectory(folder.resolve("start" + start));
            String where = "seed " + SEED + ", start " + start;
            try (SqliteStateStore store = SqliteStateStore.open(at, options())) {
                assertThat(store.head().sequence()).as(where).isEqualTo(sequence);
                work(store, where);
                // As kill -9 leaves it: what was committed, and nobody has tidied up.
                Files.copy(at.resolve("state.db"), next.resolve("state.db"));
                Files.copy(at.resolve("state.db-wal"), next.resolve("state.db-wal"));
            }
            at = next;
        }
        assertThat(authors).as("seed %d", SEED).hasSizeBetween(STARTS / 4, ends.size() - 1);
    }

    private void work(SqliteStateStore store, String where) {
        long counter = 0;
        boolean wrote = false;
        assertThat(store.head().everywhereCounter()).as(where).isZero();
        for (int step = random.nextInt(4); step > 0; step--) {
            int entries = Math.max(0, random.nextInt(12) - 7);
            if (random.nextInt(6) == 0) {
                store.foldNow();
            } else {
                counter += entries;
                wrote = true;
                commit(store, entries, counter);
                assertThat(store.head().everywhereCounter()).as(where).isEqualTo(counter);
                agrees(store, where);
            }
        }
        String id = HexFormat.of().toHexDigits(store.replica());
        if (wrote) {
            ends.put("start/" + id, sequence);
        }
        if (counter > 0) {
            authors.put("author/" + id, counter);
        }
    }

    private void commit(SqliteStateStore store, int entries, long counter) {
        try (WriteTransaction tx = store.begin()) {
            for (int i = 0; i < entries; i++) {
                tx.put(Entries.live("k/" + random.nextInt(40), "x", ++sequence));
            }
            tx.keep("row", new byte[] {1});
            tx.commit(sequence, 5, Map.of(Scope.EVERYWHERE, counter));
        }
    }

    private void agrees(SqliteStateStore store, String where) {
        try (StoreReader reader = store.openReader()) {
            Map<String, Long> counters = new TreeMap<>();
            Map<String, Long> sequences = new TreeMap<>();
            reader.kept("author/")
                    .forEach((name, row) ->
                            counters.put(name, ByteBuffer.wrap(row).getLong(2 * Long.BYTES)));
            reader.kept("start/")
                    .forEach((name, row) ->
                            sequences.put(name, ByteBuffer.wrap(row).getLong()));
            assertThat(counters).as(where).isEqualTo(authors);
            // A start that did nothing but fold has an end too.
            assertThat(sequences).as(where).containsAllEntriesOf(ends);
        }
    }

    @Test
    void takesOverAllOfAFileOfFormat1() throws Exception {
        try (InputStream packed = requireNonNull(StoreStartsTest.class.getResourceAsStream("format-1.db.gz"));
                InputStream file = new GZIPInputStream(packed)) {
            Files.copy(file, folder.resolve("state.db"));
        }
        Map<Key, Entry> written = new TreeMap<>();
        for (int seq = 1; seq <= 50; seq++) {
            boolean deletes = seq > 35 && seq <= 40;
            Entry entry =
                    deletes ? Entries.tombstone("t/" + (seq - 36), seq) : Entries.full("k/" + (seq - 1) % 23, seq);
            written.put(entry.key(), entry);
        }
        // The first opening makes a file of this format of it, the second reads that.
        for (int opening = 0; opening < 2; opening++) {
            try (SqliteStateStore store = SqliteStateStore.open(folder, options());
                    StoreReader reader = store.openReader()) {
                assertThat(store.head()).isEqualTo(new Head(50, HybridClock.stamp(Entries.MILLIS + 50), 0, 0, 0, 23));
                assertThat(reader.changesAfter(0, 0, 100, 1 << 20).entries())
                        .containsExactlyInAnyOrderElementsOf(written.values());
                assertThat(reader.sessions()).hasSize(1);
                store.checkNow();
                assertThat(store.health().missingRows() + store.health().damagedRows())
                        .isZero();
                if (opening == 1) {
                    sequence = 50;
                    commit(store, 0, 0);
                    assertThat(reader.kept("author/")).containsOnlyKeys("author/bb0f1798a3773418");
                    assertThat(reader.kept("start/")).containsOnlyKeys("start/bb0f1798a3773418");
                }
            }
        }
    }
}
