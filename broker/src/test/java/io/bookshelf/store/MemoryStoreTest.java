package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class MemoryStoreTest {
    private static final Key A = Key.of("a");

    private final MemoryDisk disk = new MemoryDisk();
    private final Random random = new Random(1);

    @Nested
    final class Contract extends StoreFollowersContract {
        @Override
        StateStore open(Path folder, List<EntryIndex> indexes) {
            return new MemoryStore(disk, random, indexes);
        }
    }

    private MemoryStore open(MemoryDisk from) {
        return new MemoryStore(from, random, List.of());
    }

    private static Entry put(MemoryStore store, String key) {
        Entry entry = Entries.live(key, "x", store.head().sequence() + 1);
        try (WriteTransaction tx = store.begin()) {
            tx.put(entry);
            tx.keep("row", new byte[] {(byte) entry.sequence()});
            tx.apply(new SessionChange.SaveIncoming("s", (int) entry.sequence()));
            tx.apply(new SessionChange.SaveSession("s", 1, 0, entry.sequence()));
            tx.commit(entry.sequence(), 5, Map.of());
        }
        return entry;
    }

    @Test
    void aTornCommitIsAsIfItHadNeverBeen() {
        MemoryStore store = open(disk);
        Entry first = put(store, "a");
        long author = disk.replica();
        store.close();
        assertThatThrownBy(store::begin).isInstanceOf(IllegalStateException.class);
        MemoryStore second = open(disk);
        put(second, "a");
        assertThat(disk.tearLastCommit()).isTrue();
        assertThat(disk.tearLastCommit()).isFalse();
        assertThat(disk.replica()).isEqualTo(author);
        try (StoreReader reader = open(disk).openReader()) {
            assertThat(reader.get(A)).isEqualTo(first);
            assertThat(reader.changesAfter(0, 0, 10, 1_000).entries()).containsExactly(first);
            assertThat(reader.kept("")).containsOnlyKeys("row");
            assertThat(reader.kept("row").get("row")).containsExactly(1);
            assertThat(reader.sessions().getFirst().incoming()).containsExactly(1);
        }
    }

    @Test
    void anImageIsNotChangedByWhatComesAfterIt() {
        MemoryStore store = open(disk);
        Entry first = put(store, "a");
        MemoryDisk image = disk.copy();
        put(store, "a");
        put(store, "b");
        MemoryStore restored = open(image);
        assertThat(restored.head().sequence()).isEqualTo(1);
        try (StoreReader reader = restored.openReader()) {
            assertThat(reader.get(A)).isEqualTo(first);
            assertThat(reader.get(Key.of("b"))).isNull();
            assertThat(reader.sessions().getFirst().incoming()).containsExactly(1);
        }
    }

    @Test
    void aDamagedRowIsLeftOutUntilItIsWritten() {
        MemoryStore store = open(disk);
        put(store, "a");
        put(store, "b");
        disk.damage(A);
        try (StoreReader reader = store.openReader()) {
            assertThat(reader.get(A)).isNull();
            assertThat(reader.scan("", null, 0, 10, 1_000).entries()).hasSize(1);
            assertThat(reader.changesAfter(0, 0, 10, 1_000).entries()).hasSize(1);
            assertThat(reader.bucket(Bucket.of(A))).isEmpty();
            assertThat(store.health().damagedRows()).isEqualTo(1);
            Entry again = put(store, "a");
            assertThat(reader.get(A)).isEqualTo(again);
        }
    }
}
