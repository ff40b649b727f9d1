package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mistake of the program is not taken for damage: it costs a write at most, never the file. */
final class StoreMistakesTest {
    @TempDir
    private Path folder;

    private static void put(SqliteStateStore store, String key) {
        long sequence = store.head().sequence() + 1;
        try (WriteTransaction tx = store.begin()) {
            tx.put(Entries.live(key, "value", sequence));
            tx.commit(sequence, 5, Map.of());
        }
    }

    /** As a batch is retried by whoever commits it. */
    private static void putAgain(SqliteStateStore store, String key) {
        try {
            put(store, key);
        } catch (StoreException first) {
            assertThat(first.reason()).isEqualTo(StoreException.Reason.DAMAGED);
            put(store, key);
        }
    }

    @Test
    void aTransactionLeftOpenDoesNotReplaceTheStore() throws SQLException {
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults());
                StoreReader reader = store.openReader()) {
            put(store, "a");
            store.writer().db.beginImmediate();
            putAgain(store, "b");
            assertThat(reader.get(Key.of("a"))).isNotNull();
            assertThat(reader.get(Key.of("b"))).isNotNull();
            assertThat(store.health().filesSetAside()).isEmpty();
            assertThat(store.health().writable()).isTrue();
        }
    }

    @Test
    void aStatementThatIsWrongDoesNotReplaceTheStore() {
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            put(store, "a");
            for (int i = 0; i < 10; i++) {
                assertThatThrownBy(() -> store.writer().db.execute("SELECT nothing FROM nowhere"))
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(
                                        store.writerFailed(e).reason())
                                .isEqualTo(StoreException.Reason.DAMAGED));
                put(store, "b" + i);
            }
            assertThat(store.health().filesSetAside()).isEmpty();
        }
    }

    @Test
    void aWriterThatFailsOnAWholeFileTimeAndAgainStops() throws SQLException {
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            put(store, "a");
            SQLException wrong = new SQLException("made up", "", 1);
            for (int i = 0; i < 2; i++) {
                store.writerFailed(wrong);
                store.begin().close();
            }
            store.writerFailed(wrong);
            assertThatThrownBy(store::begin).isInstanceOf(StoreFailure.class);
            assertThat(store.health().filesSetAside()).isEmpty();
        }
    }

    @Test
    void whateverIsThrownInATransactionLeavesNoneOpen() throws SQLException {
        Path file = folder.resolve("some.db");
        try (Db db = Db.openWriter(file, Durability.NORMAL)) {
            StoreFormat.create(db);
            for (Throwable thrown :
                    List.of(new IllegalStateException("a"), new OutOfMemoryError("b"), new SQLException("c"))) {
                assertThatThrownBy(() -> db.writing(() -> {
                            db.execute("DELETE FROM meta");
                            return fail(thrown);
                        }))
                        .isSameAs(thrown);
                long rows = db.<Long>writing(() -> db.number("SELECT count(*) FROM meta"));
                assertThat(rows).isEqualTo(1);
            }
        }
    }

    private static boolean fail(Throwable thrown) throws SQLException {
        switch (thrown) {
            case RuntimeException mistake -> throw mistake;
            case Error error -> throw error;
            default -> throw (SQLException) thrown;
        }
    }

    @Test
    void aMistakeBehindACommitStopsTheWriter() {
        EntryIndex broken = new EntryIndex() {
            @Override
            public void changed(@Nullable Entry before, @Nullable Entry after) {}

            @Override
            public void committed(Head head) {
                throw new IllegalStateException("as the test wants it");
            }

            @Override
            public void discarded() {}

            @Override
            public void reset() {}

            @Override
            public void opened(Map<String, byte[]> ended) {}
        };
        try (SqliteStateStore store =
                SqliteStateStore.open(folder, StoreOptions.defaults().withIndexes(List.of(broken)))) {
            assertThatThrownBy(() -> put(store, "a")).isInstanceOf(StoreFailure.class);
        }
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults());
                StoreReader reader = store.openReader()) {
            assertThat(reader.get(Key.of("a"))).isNotNull();
        }
    }

    @Test
    void aCrashWhileAFileIsSetAsideDoesNotSpoilTheOneInItsPlace() throws Exception {
        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults())) {
            put(store, "old");
            Files.copy(folder.resolve("state.db-wal"), folder.resolve("kept-wal"));
        }
        Files.createDirectories(folder.resolve("set-aside"));
        Files.move(folder.resolve("state.db"), folder.resolve("set-aside/state-20260101T000000-1.db"));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        try (SqliteStateStore store = SqliteStateStore.open(elsewhere, StoreOptions.defaults())) {
            put(store, "fresh");
            put(store, "fresher");
        }
        Files.move(elsewhere.resolve("state.db"), folder.resolve("replacement.db"));
        Files.move(folder.resolve("kept-wal"), folder.resolve("state.db-wal"));

        try (SqliteStateStore store = SqliteStateStore.open(folder, StoreOptions.defaults());
                StoreReader reader = store.openReader()) {
            assertThat(reader.get(Key.of("fresh"))).isNotNull();
            assertThat(reader.get(Key.of("fresher"))).isNotNull();
            assertThat(reader.get(Key.of("old"))).isNull();
            assertThat(folder.resolve("set-aside/state-20260101T000000-1.db-wal"))
                    .exists();
        }
    }
}
