package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fills a small disk of its own, for which it has to be root. */
final class DiskFullTest {
    @TempDir
    private Path disk;

    @BeforeEach
    void mount() throws Exception {
        run(List.of("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk.toString()));
    }

    @AfterEach
    void unmount() throws Exception {
        // Lazily: this process may have loaded SQLite's library from there.
        run(List.of("umount", "-l", disk.toString()));
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as("%s, which needs root: %s", String.join(" ", command), said)
                .isZero();
    }

    private static int fill(SqliteStateStore store) {
        int keys = 0;
        while (true) {
            long sequence = store.head().sequence() + 1;
            try (WriteTransaction tx = store.begin()) {
                tx.put(Entries.large("k/" + keys, 100_000, sequence));
                tx.commit(sequence, 1, Map.of());
                keys++;
            } catch (StoreException full) {
                assertThat(full.reason()).isEqualTo(StoreException.Reason.DISK_FULL);
                assertThat(full).hasMessageContaining("free some room");
                return keys;
            }
        }
    }

    private static void delete(SqliteStateStore store, int key) {
        long sequence = store.head().sequence() + 1;
        try (WriteTransaction tx = store.beginShrinking()) {
            tx.put(Entries.tombstone("k/" + key, sequence));
            tx.commit(sequence, 1, Map.of());
        }
    }

    @Test
    void refusesWritesServesReadsAndGoesOnWhenThereIsRoomAgain() throws Exception {
        Path ballast = disk.resolve("ballast");
        Files.write(ballast, new byte[4_000_000]);
        try (SqliteStateStore store = SqliteStateStore.open(disk.resolve("data"), StoreOptions.defaults());
                StoreReader reader = store.openReader()) {
            int keys = fill(store);
            assertThat(keys).isPositive();
            assertThat(store.health().writable()).isFalse();
            for (int i = 0; i < keys; i++) {
                assertThat(reader.get(Key.of("k/" + i))).isNotNull();
            }
            assertThat(reader.get(Key.of("k/" + keys))).isNull();
            Files.delete(ballast);
            assertThat(fill(store)).isPositive();
        }
        try (SqliteStateStore again = SqliteStateStore.open(disk.resolve("data"), StoreOptions.defaults());
                StoreReader reader = again.openReader()) {
            assertThat(reader.get(Key.of("k/0"))).isNotNull();
        }
    }

    @Test
    void deletesOnAFullDiskAndThenWritesAgain() {
        AtomicLong seconds = new AtomicLong();
        StoreOptions options = StoreOptions.defaults().withMillis(() -> 1_000 * seconds.incrementAndGet());
        try (SqliteStateStore store = SqliteStateStore.open(disk.resolve("data"), options);
                StoreReader reader = store.openReader()) {
            int keys = fill(store);
            assertThatThrownBy(store::begin).isInstanceOf(StoreException.class);
            for (int i = 0; i < keys; i++) {
                delete(store, i);
                assertThat(reader.get(Key.of("k/" + i)))
                        .extracting(Entry::deleted)
                        .isEqualTo(true);
            }
            // As the writer does every second: the log is folded and free pages are given back.
            store.maintain();
            // The first to be refused makes the store look for room in the file itself.
            assertThat(fill(store) + fill(store)).isGreaterThan(keys / 2);
            assertThat(store.health().filesSetAside()).isEmpty();
        }
    }

    @Test
    void aBackupFillsNoDiskOfAUnit(@TempDir Path elsewhere) throws Exception {
        Path data = disk.resolve("data");
        try (SqliteStateStore store =
                SqliteStateStore.open(data, StoreOptions.defaults().withReserveBytes(0))) {
            try (WriteTransaction tx = store.begin()) {
                for (int i = 1; i <= 4_000; i++) {
                    tx.put(Entries.large("k/" + i, 1_000, i));
                }
                tx.commit(4_000, 1, Map.of());
            }
            refused(() -> StoreBackup.make(data, disk.resolve("backup"), Progress.UNSEEN));
            Path ballast = disk.resolve("ballast");
            refused(() -> StoreBackup.make(data, elsewhere.resolve("backup"), (done, total) -> {
                if (Files.notExists(ballast)) {
                    write(ballast, 8_000_000);
                }
            }));
            assertThat(elsewhere).isEmptyDirectory();
            Files.delete(ballast);
            assertThat(StoreBackup.make(data, elsewhere.resolve("backup"), Progress.UNSEEN)
                            .keys())
                    .isEqualTo(4_000);
            assertThat(store.health().writable()).isTrue();
        }
    }

    private static void refused(Runnable backup) {
        assertThatThrownBy(backup::run)
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("there is not enough room on the disk of");
    }

    private static void write(Path file, int bytes) {
        try {
            Files.write(file, new byte[bytes]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
