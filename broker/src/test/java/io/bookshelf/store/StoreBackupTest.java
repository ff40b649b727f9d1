package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups are one commit's state, whole, and putting one back loses nothing that was there. */
final class StoreBackupTest {
    @TempDir
    private Path folder;

    private static SqliteStateStore open(Path data) {
        return SqliteStateStore.open(data, StoreOptions.defaults().withReserveBytes(0));
    }

    private static void put(SqliteStateStore store, List<Entry> entries) {
        try (WriteTransaction tx = store.begin()) {
            entries.forEach(tx::put);
            tx.commit(entries.getLast().sequence(), 1, Map.of());
        }
    }

    private static List<Entry> live(Path backup, long nowMillis) {
        List<Entry> live = new ArrayList<>();
        try (BackupFile file = BackupFile.open(backup)) {
            file.live(nowMillis).forEachRemaining(live::add);
        }
        return live;
    }

    private static List<String> values(Path data) {
        try (SqliteStateStore store = open(data);
                StoreReader reader = store.openReader()) {
            return reader.scan("", null, 0, 10_000, 1 << 20).entries().stream()
                    .map(entry -> entry.key() + "=" + new String(entry.value(), StandardCharsets.UTF_8))
                    .toList();
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path backup() {
        return folder.resolve("backup");
    }

    /** 600 keys of which each third is changed later and each seventh deleted, so that table and log both have some. */
    private List<Entry> fill(SqliteStateStore store, boolean folded) {
        Map<Key, Entry> newest = new TreeMap<>();
        long sequence = 0;
        for (int round = 0; round < 2; round++) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                if (round == 0 || i % 3 == 0) {
                    entries.add(Entries.full("k/" + i, ++sequence));
                } else if (i % 7 == 0) {
                    entries.add(Entries.tombstone("k/" + i, ++sequence));
                }
            }
            entries.add(Entries.expiring("soon/" + round, ++sequence, Entries.MILLIS + 1_000));
            put(store, entries);
            entries.forEach(entry -> newest.put(entry.key(), entry));
            if (folded && round == 0) {
                store.foldNow();
            }
        }
        return newest.values().stream().filter(entry -> !entry.deleted()).toList();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBackupOfAnOpenStoreHoldsAllThatWasCommittedAndNothingElse(boolean folded) throws IOException {
        try (SqliteStateStore store = open(data())) {
            List<Entry> expected = fill(store, folded);
            WriteTransaction open = store.begin();
            open.put(Entries.live("open", "not committed", 10_000));
            StoreExamination made = StoreBackup.make(data(), backup(), Progress.UNSEEN);
            open.close();
            put(store, List.of(Entries.live("later", "1", 10_001)));
            assertThat(made.isSound()).isTrue();
            assertThat(made.keys()).isEqualTo(expected.size());
            assertThat(live(backup(), 0)).isEqualTo(expected);
            assertThat(live(backup(), Entries.MILLIS + 1_000))
                    .hasSize(expected.size() - 2)
                    .noneMatch(entry -> entry.key().name().startsWith("soon/"));
        }
        assertThat(Files.getPosixFilePermissions(backup())).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.exists(folder.resolve("backup.part"))).isFalse();
    }

    /** Two keys that are always written together; what is copied file by file would part them. */
    @Test
    void aBackupIsOneCommitsStateWhileTheStoreIsWrittenTo() throws Exception {
        try (SqliteStateStore store = open(data())) {
            put(store, pair(0));
            AtomicBoolean enough = new AtomicBoolean();
            Thread writer = Thread.ofPlatform().start(() -> {
                for (int i = 1; !enough.get(); i++) {
                    put(store, pair(i));
                }
            });
            for (int i = 0; i < 10; i++) {
                Path each = folder.resolve("backup-" + i);
                assertThat(StoreBackup.make(data(), each, Progress.UNSEEN).isSound())
                        .isTrue();
                List<Entry> both = live(each, 0);
                assertThat(both).hasSize(2);
                assertThat(both.get(0).value()).isEqualTo(both.get(1).value());
            }
            enough.set(true);
            writer.join();
        }
    }

    private static List<Entry> pair(int number) {
        String value = number + "-".repeat(3_000);
        return List.of(Entries.live("a", value, 2L * number + 1), Entries.live("z", value, 2L * number + 2));
    }

    @Test
    void aBackupOverwritesNothing() throws IOException {
        try (SqliteStateStore store = open(data())) {
            put(store, List.of(Entries.live("a", "1", 1)));
        }
        Files.writeString(backup(), "mine");
        refused(() -> StoreBackup.make(data(), backup(), Progress.UNSEEN), "exists, and a backup overwrites nothing");
        assertThat(Files.readString(backup())).isEqualTo("mine");
        refused(() -> StoreBackup.make(folder, folder.resolve("b"), Progress.UNSEEN), "there is no store in");
        refused(() -> StoreBackup.make(data(), folder.resolve("no/such/folder"), Progress.UNSEEN), "cannot be written");
    }

    @Test
    void whatIsPutBackIsThereAndWhatWasThereIsSetAside() throws IOException {
        long before;
        try (SqliteStateStore store = open(data())) {
            before = store.replica();
            put(store, List.of(Entries.live("a", "old", 1)));
            StoreBackup.make(data(), backup(), Progress.UNSEEN);
            put(store, List.of(Entries.live("a", "new", 2), Entries.live("b", "new", 3)));
        }
        StoreBackup.Restored restored = StoreBackup.putBack(backup(), data(), Progress.UNSEEN);
        assertThat(restored.holds().keys()).isEqualTo(1);
        assertThat(values(data())).containsExactly("a=old");
        try (SqliteStateStore store = open(data())) {
            assertThat(store.replica()).as("another author").isNotEqualTo(before);
        }
        Path aside = Files.createDirectories(folder.resolve("aside"));
        Files.copy(restored.setAside(), aside.resolve("state.db"));
        assertThat(values(aside)).containsExactly("a=new", "b=new");
        assertThat(StoreBackup.putBack(backup(), folder.resolve("fresh"), Progress.UNSEEN)
                        .setAside())
                .hasToString("");
        assertThat(values(folder.resolve("fresh"))).containsExactly("a=old");
    }

    @Test
    void nothingIsPutBackWhereAUnitRunsOrTheFileIsNoBackup() throws IOException {
        Path text = Files.writeString(folder.resolve("text"), "no backup ".repeat(1_000));
        Path later = folder.resolve("later");
        try (SqliteStateStore store = open(data())) {
            put(store, List.of(Entries.live("a", "1", 1)));
            StoreBackup.make(data(), backup(), Progress.UNSEEN);
            StoreBackup.make(data(), later, Progress.UNSEEN);
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> StoreBackup.putBack(backup(), data(), Progress.UNSEEN))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.IN_USE));
            put(store, List.of(Entries.live("a", "2", 2)));
        }
        refused(() -> StoreBackup.putBack(text, data(), Progress.UNSEEN), "is no backup of a store");
        refused(() -> StoreBackup.putBack(folder.resolve("none"), data(), Progress.UNSEEN), "there is no file");
        setFormat(later);
        refused(() -> StoreBackup.putBack(later, data(), Progress.UNSEEN), "later version of Bookshelf");
        refused(() -> BackupFile.open(text), "is no backup that this version can read");
        assertThat(values(data())).containsExactly("a=2");
        try (Stream<Path> files = Files.list(data())) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .doesNotContain("restore.part", "replacement.db", "set-aside");
        }
    }

    private static void setFormat(Path file) {
        try (Db db = Db.openWriter(file, Durability.NORMAL)) {
            db.execute("UPDATE meta SET readable_by=1000000");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(Runnable action, String sentence) {
        assertThatExceptionOfType(StoreException.class).isThrownBy(action::run).withMessageContaining(sentence);
    }
}
