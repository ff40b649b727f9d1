package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SqliteStateStoreTest {
    @Nested
    final class Full extends StoreFollowersContract {
        @Override
        StateStore open(Path folder, List<EntryIndex> indexes) {
            return SqliteStateStore.open(folder, StoreOptions.defaults().withIndexes(indexes));
        }
    }

    @Nested
    final class Normal extends StoreFollowersContract {
        @Override
        StateStore open(Path folder, List<EntryIndex> indexes) {
            return SqliteStateStore.open(
                    folder,
                    StoreOptions.defaults().withDurability(Durability.NORMAL).withIndexes(indexes));
        }
    }

    /** Crosses from one generation of the log to the next all the time. */
    @Nested
    final class FoldingAlways extends StoreFollowersContract {
        @Override
        StateStore open(Path folder, List<EntryIndex> indexes) {
            return SqliteStateStore.open(
                    folder, StoreOptions.defaults().withRecent(3, 1 << 20, 2).withIndexes(indexes));
        }
    }

    @Test
    void refusesAFolderThatIsInUse(@TempDir Path folder) {
        try (SqliteStateStore first = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            assertThat(first.head()).isEqualTo(Head.EMPTY);
            assertThatThrownBy(() -> SqliteStateStore.open(folder, StoreOptions.defaults()))
                    .isInstanceOfSatisfying(
                            StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.IN_USE))
                    .hasMessageContaining("choose another folder");
        }
        SqliteStateStore.open(folder, StoreOptions.defaults()).close();
    }

    @Test
    void saysWhatToDoAboutAFolderThatCannotBeMade(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> SqliteStateStore.open(file.resolve("data"), StoreOptions.defaults()))
                .isInstanceOfSatisfying(
                        StoreException.class, e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.IO))
                .hasMessageContaining("make it writable");
    }
}
