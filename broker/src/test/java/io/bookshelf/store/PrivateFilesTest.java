package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Passwords are among the values: what a unit has on its disk is its owner's alone. */
final class PrivateFilesTest {
    @TempDir
    private Path parent;

    private static void put(SqliteStateStore store, String key) {
        long sequence = store.head().sequence() + 1;
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live(key, "value", sequence));
            tx.commit(sequence, 5, Map.of());
        }
    }

    private static Map<String, String> rights(Path folder) throws Exception {
        Map<String, String> rights = new TreeMap<>();
        Path parent = Objects.requireNonNull(folder.getParent());
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                String name = parent.relativize(each).toString();
                rights.put(name, PosixFilePermissions.toString(Files.getPosixFilePermissions(each)));
            }
        }
        return rights;
    }

    private static void assertPrivate(Path folder) throws Exception {
        assertThat(rights(folder))
                .allSatisfy((name, rights) ->
                        assertThat(rights).as(name).endsWith("------").startsWith("rw"));
    }

    @Test
    void everythingThatAStoreMakesIsItsOwnersAlone() throws Exception {
        Path folder = parent.resolve("data");
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults());
                StoreReader reader = store.openReader()) {
            put(store, "wifi/password");
            assertThat(reader.scan("", null, 0, 10, 1_000).entries()).hasSize(1);
            store.replaceAtNextBegin();
            put(store, "again");
            assertThat(rights(folder).keySet())
                    .contains("data", "data/state.db", "data/state.db-wal", "data/lock", "data/reserve")
                    .anyMatch(name -> name.startsWith("data/set-aside/"));
            assertPrivate(folder);
        }
        assertPrivate(folder);
    }

    @Test
    void aStoreOfAnEarlierVersionIsClosedWhenItIsOpened() throws Exception {
        Path folder = parent.resolve("data");
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            store.replaceAtNextBegin();
            put(store, "wifi/password");
        }
        Path strangers = Files.createFile(folder.resolve("of somebody else"));
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.toList()) {
                String open = Files.isDirectory(each) ? "rwxr-xr-x" : "rw-r--r--";
                Files.setPosixFilePermissions(each, PosixFilePermissions.fromString(open));
            }
        }
        assertThat(StoreInspection.openFiles(folder)).contains(folder, folder.resolve("state.db"));
        SqliteStateStore.open(folder, StoreOptions.defaults()).close();
        assertThat(StoreInspection.openFiles(folder)).isEqualTo(List.of());
        assertThat(Files.getPosixFilePermissions(strangers)).hasSize(4);
        Files.delete(strangers);
        assertPrivate(folder);
    }
}
