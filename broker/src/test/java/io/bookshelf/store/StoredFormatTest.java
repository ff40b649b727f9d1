package io.bookshelf.store;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A file of format {@value #NAME}, with rows of every kind, is read completely by this and every later version. It was written by
 * {@code -Dbookshelf.golden=format}; it is not to be written again, but joined by another when the format changes.
 */
final class StoredFormatTest {
    private static final String NAME = "format-2.db.gz";
    private static final int SEED = 2;

    @TempDir
    private Path folder;

    private final TreeMap<Key, Entry> entries = new TreeMap<>();
    private final TreeMap<String, byte[]> kept = new TreeMap<>();
    private long sequence;

    private static StoreOptions options() {
        // Few in memory, so that what is written lies in the table, and few in a slice, so that some is in the log
        // still.
        return StoreOptions.defaults()
                .withDurability(Durability.NORMAL)
                .withReserveBytes(0)
                .withRandom(new SplittableRandom(SEED))
                .withRecent(12, 1 << 20, 1);
    }

    @Test
    void isReadCompletelyAndWrittenOn() throws IOException {
        if ("format".equals(System.getProperty("bookshelf.golden"))) {
            write();
        }
        try (InputStream packed = requireNonNull(StoredFormatTest.class.getResourceAsStream(NAME));
                InputStream file = new GZIPInputStream(packed)) {
            Files.copy(file, folder.resolve("state.db"));
        }
        plan();
        FollowingIndex index = new FollowingIndex();
        try (SqliteStateStore store = SqliteStateStore.open(folder, options().withIndexes(List.of(index)));
                StoreReader reader = store.openReader()) {
            assertThat(store.head().sequence()).isEqualTo(sequence);
            assertThat(index.lastStart.values().stream()
                            .map(row -> ByteBuffer.wrap(row).getLong(row.length - Long.BYTES)))
                    .as("everywhere's counter, and where it ended")
                    .containsExactlyInAnyOrder(15L, sequence);
            assertAllIsThere(store, reader);
            try (WriteTransaction tx = store.begin()) {
                tx.put(Entries.live("k/young", "x", ++sequence));
                tx.commit(sequence, store.head().clock(), Map.of(Scope.EVERYWHERE, 1L));
            }
        }
        entries.put(Key.of("k/young"), Entries.live("k/young", "x", sequence));
        try (SqliteStateStore store = SqliteStateStore.open(folder, options());
                StoreReader reader = store.openReader()) {
            assertAllIsThere(store, reader);
        }
    }

    private void assertAllIsThere(SqliteStateStore store, StoreReader reader) {
        assertThat(reader.changesAfter(0, 0, 1_000, 1 << 24).entries())
                .containsExactlyInAnyOrderElementsOf(entries.values());
        Map<String, byte[]> found = reader.kept("");
        kept.forEach((name, row) -> assertThat(found.get(name)).as(name).isEqualTo(row));
        assertThat(found.keySet()).filteredOn(name -> name.startsWith("start/")).isNotEmpty();
        assertThat(reader.sessions()).singleElement().satisfies(session -> {
            assertThat(session.session()).isEqualTo(new SessionChange.SaveSession("phone", 3_600, 5, 4));
            assertThat(session.subscriptions())
                    .containsExactly(new SessionChange.Subscribe("phone", "k/#", 1, 7, true, 1));
            assertThat(session.inFlight())
                    .containsExactly(
                            new SessionChange.SaveInFlight("phone", 3, 2, Key.of("k/1"), 0, true, 1),
                            new SessionChange.SaveInFlight("phone", 4, 1, null, 1, false, 2));
            assertThat(session.incoming()).containsExactly(9);
            SessionChange.SaveWill will = requireNonNull(session.will());
            assertThat(will.topic()).isEqualTo("k/will");
            assertThat(will.payload()).containsExactly(6);
            assertThat(will.properties()).isEqualTo(Entries.properties());
            assertThat(session.queuedEvents()).isEqualTo(2);
        });
        assertThat(reader.events("phone", 0, 10, 1 << 20)).singleElement().satisfies(event -> {
            assertThat(event.number()).isEqualTo(2);
            assertThat(event.payload()).containsExactly(1, 2);
            assertThat(event.properties()).isEqualTo(Entries.properties());
            assertThat(event.subscriptionIds()).containsExactly(7);
        });
        store.checkNow();
        StoreHealth health = store.health();
        assertThat(health.damagedRows() + health.missingRows()).isZero();
        assertThat(health.filesSetAside()).isEmpty();
    }

    /** What is in it, in the order in which it was written. */
    private List<Entry> plan() {
        List<Entry> all = new ArrayList<>();
        for (String prefix : List.of("k/", "private/", "local/")) {
            all.add(Entries.live(prefix + "live", "a value", ++sequence));
            all.add(Entries.full(prefix + "full", ++sequence));
            all.add(Entries.expiring(prefix + "expiring", ++sequence, Entries.MILLIS * 3));
            all.add(Entries.tombstone(prefix + "tombstone", ++sequence));
            all.add(Entries.large(prefix + "large", 20_000, ++sequence));
        }
        for (int i = 0; i < 10; i++) {
            all.add(Entries.live("k/" + i, "value " + i, ++sequence));
        }
        all.add(Entries.live("k/live", "another", ++sequence));
        all.forEach(entry -> entries.put(entry.key(), entry));
        kept.put("clock", new byte[] {1, 2, 3});
        kept.put("peer/attic", new byte[33]);
        kept.put("conflict/0000000000000001", new byte[100]);
        kept.put("listed", new byte[] {'a'});
        return all;
    }

    private static List<SessionChange> sessions() {
        return List.of(
                new SessionChange.SaveSession("phone", 3_600, 5, 4),
                new SessionChange.Subscribe("phone", "k/#", 1, 7, true, 1),
                event(1),
                event(2),
                new SessionChange.SaveInFlight("phone", 3, 2, Key.of("k/1"), 0, true, 1),
                new SessionChange.SaveInFlight("phone", 4, 1, null, 1, false, 2),
                new SessionChange.SaveIncoming("phone", 9),
                new SessionChange.SaveWill(
                        "phone", "k/will", new byte[] {6}, 1, true, Entries.properties(), 30, 0, 60));
    }

    private static SessionChange event(long number) {
        return new SessionChange.QueuedEvent(
                "phone", number, 4, "event", new byte[] {1, 2}, 1, false, new int[] {7}, Entries.properties(), 0, 5);
    }

    /** Two starts, of which the first one has nothing but its counters left. */
    private void write() throws IOException {
        Path made = Files.createDirectory(folder.resolve("made"));
        StoreOptions options = options();
        List<Entry> all = plan();
        for (List<Entry> part : List.of(all.subList(0, 11), all.subList(11, all.size()))) {
            try (SqliteStateStore store = SqliteStateStore.open(made, options)) {
                long counter = 0;
                for (Entry entry : part) {
                    try (WriteTransaction tx = store.begin()) {
                        tx.put(entry);
                        kept.forEach(tx::keep);
                        if (counter == 0) {
                            sessions().forEach(tx::apply);
                        }
                        tx.commit(entry.sequence(), entry.version().stamp(), Map.of(Scope.EVERYWHERE, ++counter));
                    }
                }
            }
        }
        sequence = 0;
        entries.clear();
        Path module = Path.of("src/test");
        Path resource = (Files.isDirectory(module) ? module : Path.of("broker").resolve(module))
                .resolve("resources/io/bookshelf/store")
                .resolve(NAME);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(resource))) {
            Files.copy(made.resolve("state.db"), out);
        }
        assertThat(made.resolve("state.db-wal")).doesNotExist();
    }
}
