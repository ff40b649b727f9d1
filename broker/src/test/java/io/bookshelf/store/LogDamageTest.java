package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damage in the log that shows while the store runs costs nothing: what it held is in memory too. */
final class LogDamageTest {
    private static final int COMMITS = 40;
    private static final int PAGE_BYTES = 4096;
    // Where a page of a table says how many rows it has: the low byte.
    private static final int CELLS = 4;
    private static final String LATEST = "(SELECT max(id) FROM log)";

    @TempDir
    private Path folder;

    private final List<Entry> written = new ArrayList<>();

    private static SqliteStateStore open(Path folder) {
        return SqliteStateStore.open(
                folder, StoreOptions.defaults().withReserveBytes(0).withCheckEveryMillis(Long.MAX_VALUE));
    }

    private void fill(SqliteStateStore store, int from, int to) {
        for (int i = from; i <= to; i++) {
            Entry entry = Entries.live("k/" + i, "value " + i, i);
            try (WriteTransaction tx = store.begin()) {
                tx.put(entry);
                tx.commit(i, 5, Map.of(Scope.EVERYWHERE, (long) i));
            }
            written.add(entry);
        }
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
                Statement run = connection.createStatement()) {
            assertThat(run.executeUpdate(statement)).isPositive();
        }
    }

    /** The power fails: what a start makes of the files as they are now. */
    private void isAllThereAfterACrash(long sequence) throws Exception {
        Path crashed = Files.createDirectory(folder.resolve("crashed"));
        Files.copy(folder.resolve("state.db"), crashed.resolve("state.db"));
        Files.copy(folder.resolve("state.db-wal"), crashed.resolve("state.db-wal"));
        try (SqliteStateStore store = open(crashed);
                HealingReader reader = new HealingReader(store)) {
            for (Entry entry : written) {
                assertThat(reader.get(entry.key())).isEqualTo(entry);
            }
            assertThat(store.head().sequence()).isEqualTo(sequence);
            assertThat(store.head().keys()).isEqualTo(written.size());
            store.checkNow();
            store.begin().close();
            assertThat(store.health().damagedRows()).isZero();
            assertThat(store.health().missingRows()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // An entry of a row, where the store stood, a row in the middle, the last ones.
                "UPDATE log SET batch=CAST(substr(batch,1,length(batch)-1) || x'00' AS BLOB) WHERE id=7",
                "UPDATE log SET batch=zeroblob(90) WHERE id=" + LATEST,
                "DELETE FROM log WHERE id=9",
                "DELETE FROM log WHERE id>30",
                "DELETE FROM log WHERE id<5",
                "DELETE FROM log"
            })
    void isMendedFromMemory(String damage) throws Exception {
        try (SqliteStateStore store = open(folder);
                StoreReader reader = store.openReader()) {
            fill(store, 1, 10);
            store.foldNow();
            fill(store, 11, 10 + COMMITS);
            sql(damage.replace("id=7", "id=17").replace("id=9", "id=19").replace("id<5", "id<15"));
            store.checkNow();
            store.maintain();
            for (Entry entry : written) {
                assertThat(reader.get(entry.key())).isEqualTo(entry);
            }
            assertThat(store.health().filesSetAside()).isEmpty();
            isAllThereAfterACrash(10 + COMMITS);
            long damaged = store.health().damagedRows();
            store.checkNow();
            assertThat(store.health().damagedRows()).as("found once").isEqualTo(damaged);
            assertThat(store.health().missingRows()).isZero();
        }
    }

    @Test
    void isMendedByTheNextWriteToo() throws Exception {
        try (SqliteStateStore store = open(folder)) {
            fill(store, 1, COMMITS);
            sql("UPDATE log SET batch=zeroblob(90) WHERE id=3");
            store.checkNow();
            fill(store, COMMITS + 1, COMMITS + 1);
            isAllThereAfterACrash(COMMITS + 1);
        }
    }

    /** One byte, the number of rows on the log's last page: nothing may be written to such a table any more. */
    @Test
    void replacesTheFileWhereAPageLosesSightOfTheEndOfTheLog() throws Exception {
        try (SqliteStateStore store = open(folder);
                StoreReader reader = store.openReader()) {
            fill(store, 1, COMMITS);
            store.writer().db.giveBackFreePages();
            forgetTheLastRowOfTheLog();
            store.checkNow();
            fill(store, COMMITS + 1, COMMITS + 1);
            assertThat(store.health().filesSetAside()).hasSize(1);
            for (Entry entry : written) {
                assertThat(reader.get(entry.key())).isEqualTo(entry);
            }
            isAllThereAfterACrash(COMMITS + 1);
        }
    }

    private void forgetTheLastRowOfTheLog() throws Exception {
        long page;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("state.db"));
                Statement select = connection.createStatement();
                ResultSet last = select.executeQuery("SELECT pageno FROM dbstat WHERE name='log'"
                        + " AND pagetype='leaf' ORDER BY path DESC LIMIT 1")) {
            page = last.getLong(1);
        }
        try (RandomAccessFile file =
                new RandomAccessFile(folder.resolve("state.db").toFile(), "rw")) {
            file.seek((page - 1) * PAGE_BYTES + CELLS);
            int cells = file.read();
            file.seek((page - 1) * PAGE_BYTES + CELLS);
            file.write(cells - 1);
        }
    }

    /** On a full disk the log is read to be folded: what it does not give any more is in memory. */
    @Test
    void losesNothingWhereTheLogIsDrained() throws Exception {
        try (SqliteStateStore store = open(folder);
                StoreReader reader = store.openReader()) {
            fill(store, 1, COMMITS);
            sql("DELETE FROM log WHERE id=9");
            sql("UPDATE log SET batch=zeroblob(90) WHERE id=3");
            sql("DELETE FROM log WHERE id>30");
            store.folding().drain();
            for (Entry entry : written) {
                assertThat(reader.get(Key.of(entry.key().name()))).isEqualTo(entry);
            }
            isAllThereAfterACrash(COMMITS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whereTheStoreStandsOutlivesALogWithoutEntries(boolean drained) throws Exception {
        try (SqliteStateStore store = open(folder)) {
            fill(store, 1, COMMITS);
            store.foldNow();
            try (WriteTransaction tx = store.begin()) {
                tx.commit(COMMITS + 7, 9, Map.of());
            }
            if (drained) {
                store.folding().drain();
            } else {
                store.foldNow();
            }
            isAllThereAfterACrash(COMMITS + 7);
        }
    }
}
