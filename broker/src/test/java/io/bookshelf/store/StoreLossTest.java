package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is lost must not seem to have been deleted: after damage another author writes, and the clock is forgotten. */
final class StoreLossTest {
    private static final Key KEY = Key.of("k");
    // Flips the last bit of a blob.
    private static final String FLIPPED = "CAST(substr(%1$s,1,length(%1$s)-1) || x'00' AS BLOB)";

    private static final int COMMITS = 100;
    private static final int PAGE_BYTES = 4096;
    // Where a page of a table says how many rows it has: the low byte.
    private static final int CELLS = 4;

    @TempDir
    private Path folder;

    private final FollowingIndex index = new FollowingIndex();
    private String author = "";

    private SqliteStateStore open() {
        return SqliteStateStore.open(
                folder,
                StoreOptions.defaults()
                        .withReserveBytes(0)
                        .withCheckEveryMillis(Long.MAX_VALUE)
                        .withIndexes(List.of(index)));
    }

    private Path file() {
        return folder.resolve("state.db");
    }

    private int lastPageOfTheLog() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement select = connection.createStatement();
                ResultSet page = select.executeQuery("SELECT pageno,ncell FROM dbstat WHERE name='log'"
                        + " AND pagetype='leaf' ORDER BY path DESC LIMIT 1")) {
            assertThat(page.next()).isTrue();
            assertThat(page.getInt(2)).as("rows on it").isGreaterThan(1);
            return page.getInt(1);
        }
    }

    private void fill(boolean folded) {
        try (SqliteStateStore store = open()) {
            author = HexFormat.of().toHexDigits(store.replica());
            try (WriteTransaction tx = store.begin()) {
                tx.put(Entries.live("k", "x", 1));
                tx.put(Entries.live("other", "x", 2));
                tx.keep("clock", new byte[] {1});
                tx.keep("statement/a", new byte[] {2});
                tx.commit(2, 5, Map.of(Scope.EVERYWHERE, 2L));
            }
            if (folded) {
                store.foldNow();
            }
        }
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement run = connection.createStatement()) {
            assertThat(run.executeUpdate(statement)).isPositive();
        }
    }

    /** After a commit: the clock is gone, the rest is there, and whose the entries were is known. */
    private void forgetsTheClockAlone(SqliteStateStore store, StoreReader reader) {
        long sequence = store.head().sequence();
        try (WriteTransaction tx = store.begin()) {
            tx.keep("new", new byte[] {3});
            tx.commit(sequence, 5, Map.of());
        }
        assertThat(reader.kept("")).containsOnlyKeys("statement/a", "new", "author/" + author, "start/" + author);
        assertThat(ByteBuffer.wrap(reader.kept("author/").get("author/" + author))
                        .getLong(16))
                .isEqualTo(2);
        assertThat(ByteBuffer.wrap(reader.kept("start/").get("start/" + author)).getLong())
                .isEqualTo(2);
    }

    @Test
    void whenARowIsFoundDamaged() throws Exception {
        fill(true);
        sql("UPDATE entry SET body=" + FLIPPED.formatted("body") + " WHERE key=CAST('k' AS BLOB)");
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            long before = store.replica();
            assertThat(reader.get(KEY)).isNull();
            store.begin().close();
            assertThat(store.replica()).isNotEqualTo(before);
            assertThat(index.resets).isEqualTo(1);
            forgetsTheClockAlone(store, reader);
            long after = store.replica();
            assertThat(reader.get(KEY)).isNull();
            store.begin().close();
            assertThat(store.replica()).as("found once").isEqualTo(after);
            try (WriteTransaction tx = store.begin()) {
                tx.keep("clock", new byte[] {4});
                tx.commit(2, 5, Map.of());
            }
            assertThat(reader.kept("clock")).isNotEmpty();
        }
    }

    @Test
    void theTransactionThatTakesADamagedRowForNothingIsNotMade() throws Exception {
        fill(true);
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            store.checkNow();
            sql("UPDATE entry SET body=" + FLIPPED.formatted("body") + " WHERE key=CAST('k' AS BLOB)");
            long before = store.replica();
            try (WriteTransaction tx = store.begin()) {
                assertThat(tx.stored(KEY)).isNull();
                tx.put(Entries.tombstone("k", 3));
                assertThatThrownBy(() -> tx.commit(3, 5, Map.of()))
                        .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.reason())
                                .isEqualTo(StoreException.Reason.DAMAGED));
            }
            try (WriteTransaction tx = store.begin()) {
                assertThat(store.replica()).isNotEqualTo(before);
                assertThat(tx.stored(KEY)).isNull();
                tx.put(Entries.live("k", "again", 3));
                tx.commit(3, 5, Map.of());
            }
            assertThat(reader.get(KEY)).isEqualTo(Entries.live("k", "again", 3));
            assertThat(store.health().filesSetAside()).isEmpty();
        }
    }

    @Test
    void whenTheLogIsDamaged() throws Exception {
        fill(false);
        sql("UPDATE log SET batch=" + FLIPPED.formatted("batch"));
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(store.health().damagedRows()).isEqualTo(1);
            assertThat(reader.kept("clock")).isEmpty();
            forgetsTheClockAlone(store, reader);
        }
    }

    /** One byte, the number of rows on the log's last page, and its last rows are out of sight with all that they held. */
    @Test
    void whenAPageLosesSightOfTheEndOfTheLog() throws Exception {
        try (SqliteStateStore store = open()) {
            for (int i = 1; i <= COMMITS; i++) {
                try (WriteTransaction tx = store.begin()) {
                    tx.put(Entries.live("twice/" + i % (COMMITS / 2), "value " + i, i));
                    tx.keep("clock", new byte[] {1});
                    tx.commit(i, 5, Map.of());
                }
            }
        }
        byte[] bytes = Files.readAllBytes(file());
        bytes[(lastPageOfTheLog() - 1) * PAGE_BYTES + CELLS]--;
        Files.write(file(), bytes);
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(store.health().damagedRows()).isPositive();
            assertThat(reader.kept("clock")).isEmpty();
            assertThat(store.head().sequence()).isBetween(COMMITS / 2L, COMMITS - 1L);
        }
    }

    @Test
    void whenTheFileIsReplacedAtTheStart() throws Exception {
        fill(false);
        sql("UPDATE meta SET format=9,writable_by=9");
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(reader.kept("clock")).isEmpty();
            forgetsTheClockAlone(store, reader);
            assertThat(reader.get(KEY)).isEqualTo(Entries.live("k", "x", 1));
        }
    }

    @Test
    void whenTheFileIsReplacedWhileRunning() {
        fill(true);
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            long before = store.replica();
            store.replaceAtNextBegin();
            store.begin().close();
            assertThat(store.replica()).isNotEqualTo(before);
            assertThat(index.resets).isEqualTo(1);
            forgetsTheClockAlone(store, reader);
            assertThat(reader.bucket(Bucket.of(KEY))).containsExactly(Entries.live("k", "x", 1));
        }
    }

    @Test
    void leavesOutADamagedKeptRowAndCountsIt() throws Exception {
        fill(true);
        sql("UPDATE kept SET body=x'07' WHERE client=CAST('statement/a' AS BLOB)");
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            assertThat(reader.kept("")).containsOnlyKeys("clock");
            assertThat(store.health().damagedRows()).isEqualTo(1);
        }
    }

    @Test
    void aRowInAWrongBucketIsPutRight() throws Exception {
        fill(true);
        sql("UPDATE entry SET bucket=bucket+1 WHERE key=CAST('k' AS BLOB)");
        try (SqliteStateStore store = open();
                StoreReader reader = store.openReader()) {
            int bucket = Bucket.of(KEY);
            assertThat(reader.bucket(bucket + 1)).isEmpty();
            store.checkNow();
            store.begin().close();
            assertThat(reader.bucket(bucket)).containsExactly(Entries.live("k", "x", 1));
        }
    }
}
