package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damages real bytes: the store opens always, never gives a wrong value, and reports what is gone. */
@Order(1)
final class StoreDamageTest {
    private static final long SEED = Long.getLong("bookshelf.seed", 20_260_101);
    private static final int KEYS = 400;

    @TempDir
    private Path folder;

    private final Map<Key, Entry> written = new HashMap<>();

    // Checks are made where the tests want them.
    private static SqliteStateStore open(Path folder) {
        return SqliteStateStore.open(folder, StoreOptions.defaults().withReserveBytes(0));
    }

    private void fill() {
        fill(true);
    }

    /** Fills the entry table, or only the log. */
    private void fill(boolean folded) {
        try (SqliteStateStore store = open(folder)) {
            try (WriteTransaction tx = store.begin()) {
                for (int i = 1; i <= KEYS; i++) {
                    put(tx, i % 50 == 0 ? Entries.large("big/" + i, 20_000, i) : Entries.full("small/" + i, i));
                }
                for (int i = 0; i < 20; i++) {
                    String client = "client" + i;
                    tx.apply(new SessionChange.SaveSession(client, 60, 0, i));
                    tx.apply(new SessionChange.Subscribe(client, "small/#", 1, i, false, 1));
                    tx.apply(new SessionChange.QueuedEvent(
                            client, 1, 1, "t", new byte[300], 1, false, new int[0], ValueProperties.NONE, 0, 0));
                }
                tx.commit(KEYS, 5, Map.of());
            }
            if (folded) {
                store.foldNow();
            }
        }
    }

    private void put(WriteTransaction tx, Entry entry) {
        tx.put(entry);
        written.put(entry.key(), entry);
    }

    private Path file() {
        return folder.resolve("state.db");
    }

    /** How many of the keys written are gone; none may have another value. */
    private int missing(SqliteStateStore store, String damage) {
        try (HealingReader reader = new HealingReader(store)) {
            int missing = 0;
            for (Entry entry : written.values()) {
                Entry read = reader.get(entry.key());
                if (read == null) {
                    missing++;
                } else {
                    assertThat(read).as(damage).isEqualTo(entry);
                }
            }
            String after = null;
            do {
                String from = after;
                StoreReader.Page<String> page = reader.read(rows -> rows.scan("", from, 0, 100, 1 << 20));
                for (Entry entry : page.entries()) {
                    assertThat(entry).as(damage).isEqualTo(written.get(entry.key()));
                }
                after = page.next();
            } while (after != null);
            return missing;
        }
    }

    private static @Nullable Entry get(SqliteStateStore store, Key key) {
        try (HealingReader reader = new HealingReader(store)) {
            return reader.get(key);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void neverGivesAWrongValueForAFlippedByteAndReportsWhatIsMissing(boolean folded) throws Exception {
        fill(folded);
        byte[] whole = Files.readAllBytes(file());
        Random random = new Random(SEED);
        for (int round = 0; round < 100; round++) {
            byte[] bytes = whole.clone();
            int at = random.nextInt(bytes.length);
            int bit = 1 << random.nextInt(8);
            bytes[at] ^= (byte) bit;
            Path copy = Files.createDirectory(folder.resolve("round" + round));
            Files.write(copy.resolve("state.db"), bytes);
            String damage = "seed " + SEED + ", round " + round + ", bit " + bit + " of byte " + at;
            try (SqliteStateStore store = open(copy)) {
                store.checkNow();
                store.begin().close();
                store.checkNow();
                int missing = missing(store, damage);
                StoreHealth health = store.health();
                boolean headLost = !health.filesSetAside().isEmpty() && at < 4096;
                assertThat(health.damagedRows() + health.missingRows() + (headLost ? KEYS : 0))
                        .as(damage)
                        .isGreaterThanOrEqualTo(missing);
                writes(store, damage);
            }
        }
    }

    /** Every key can be written again, and is whole afterwards. */
    private void writes(SqliteStateStore store, String damage) {
        long sequence = store.head().sequence();
        Entry again = Entries.live("small/1", "again", sequence + 1);
        try (WriteTransaction tx = store.begin()) {
            tx.put(again);
            tx.commit(sequence + 1, 6, Map.of());
        }
        Entry read = get(store, again.key());
        assertThat(read).as(damage).isEqualTo(again);
    }

    @Test
    void aDamagedRowIsNotGivenIsCountedOnceAndIsHealedByAWrite() throws Exception {
        fill();
        Key key = flipAProperty();
        try (SqliteStateStore store = open(folder);
                StoreReader reader = store.openReader()) {
            assertThat(reader.get(key)).isNull();
            assertThat(reader.get(key)).isNull();
            store.checkNow();
            assertThat(store.health().damagedRows()).isEqualTo(1);
            assertThat(store.health().missingRows()).isZero();
            Entry again = Entries.live(key.name(), "again", KEYS + 1);
            try (WriteTransaction tx = store.begin()) {
                assertThat(tx.stored(key)).isNull();
                tx.put(again);
                tx.commit(KEYS + 1, 6, Map.of());
            }
            assertThat(reader.get(key)).isEqualTo(again);
            store.checkNow();
            store.begin().close();
            store.checkNow();
            assertThat(store.health().missingRows()).isZero();
        }
    }

    private void flipInTheLog() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                PreparedStatement update = connection.prepareStatement("UPDATE log SET batch=? WHERE id=2");
                Statement select = connection.createStatement()) {
            byte[] batch;
            try (var rows = select.executeQuery("SELECT batch FROM log WHERE id=2")) {
                batch = rows.getBytes(1);
            }
            batch[indexOf(batch, "answers/here".getBytes(StandardCharsets.US_ASCII))] ^= 1;
            update.setBytes(1, batch);
            update.executeUpdate();
        }
    }

    /** Flips a bit in the properties of one row, and says which. */
    private Key flipAProperty() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement();
                PreparedStatement update = connection.prepareStatement("UPDATE entry SET body = ? WHERE key = ?");
                var rows = statement.executeQuery(
                        "SELECT key, body FROM entry WHERE instr(body, CAST('answers/here' AS BLOB)) > 0")) {
            assertThat(rows.next()).isTrue();
            byte[] key = rows.getBytes(1);
            byte[] body = rows.getBytes(2);
            body[indexOf(body, "answers/here".getBytes(StandardCharsets.US_ASCII))] ^= 1;
            update.setBytes(1, body);
            update.setBytes(2, key);
            update.executeUpdate();
            return Key.of(new String(key, StandardCharsets.UTF_8));
        }
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at < bytes.length - part.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        throw new AssertionError("not in the file");
    }

    @Test
    void aDamagedEntryOfTheLogLeavesTheOthersOfItsRow() throws Exception {
        fill(false);
        flipInTheLog();
        try (SqliteStateStore store = open(folder)) {
            assertThat(missing(store, "log")).isEqualTo(1);
            assertThat(store.health().damagedRows()).isEqualTo(1);
            assertThat(store.head().keys()).isEqualTo(KEYS - 1);
            assertThat(store.head().sequence()).isEqualTo(KEYS);
            assertThat(store.health().filesSetAside()).isEmpty();
        }
    }

    @Test
    void takesOverTheLogOfADamagedFile() throws Exception {
        fill(false);
        sql("UPDATE meta SET format = 9, writable_by = 9");
        try (SqliteStateStore store = open(folder)) {
            assertThat(missing(store, "later version")).isZero();
            assertThat(store.head().sequence()).isEqualTo(KEYS);
        }
    }

    @Test
    void reportsARowThatVanishedWithoutAWord() throws Exception {
        fill();
        sql("DELETE FROM entry WHERE key = CAST('small/3' AS BLOB)");
        try (SqliteStateStore store = open(folder)) {
            store.checkNow();
            assertThat(store.health().missingRows()).isEqualTo(1);
        }
    }

    @Test
    void opensWithATruncatedLog() throws Exception {
        fill();
        Path crashed = Files.createDirectory(folder.resolve("crashed"));
        try (SqliteStateStore store = open(folder)) {
            try (WriteTransaction tx = store.begin()) {
                tx.put(Entries.live("later", "x", KEYS + 1));
                tx.commit(KEYS + 1, 6, Map.of());
            }
            Files.copy(file(), crashed.resolve("state.db"));
            Files.copy(folder.resolve("state.db-wal"), crashed.resolve("state.db-wal"));
        }
        try (FileChannel log = FileChannel.open(crashed.resolve("state.db-wal"), StandardOpenOption.WRITE)) {
            log.truncate(log.size() - 100);
        }
        try (SqliteStateStore store = open(crashed)) {
            assertThat(missing(store, "truncated log")).isZero();
            assertThat(store.head().sequence()).isEqualTo(KEYS);
        }
    }

    @Test
    void replacesAFileOfGarbageAndKeepsTheLastThree() throws Exception {
        Random random = new Random(SEED);
        long replica = 0;
        for (int i = 0; i < 5; i++) {
            byte[] garbage = new byte[i == 0 ? 10 : 10_000];
            random.nextBytes(garbage);
            Files.write(file(), garbage);
            try (SqliteStateStore store = open(folder)) {
                assertThat(store.replica()).isNotEqualTo(replica);
                replica = store.replica();
                writes(store, "garbage, seed " + SEED);
                assertThat(store.health().filesSetAside()).hasSize(Math.min(i + 1, 3));
            }
        }
    }

    @Test
    void keepsTheFileThatWasJustSetAsideThoughTheClockIsBehind() throws Exception {
        for (int i = 0; i < 4; i++) {
            Files.write(file(), new byte[1_000 + i]);
            long millis = i < 3 ? 1_790_000_000_000L + i * 60_000 : 0;
            StoreOptions options = StoreOptions.defaults().withReserveBytes(0).withMillis(() -> millis);
            SqliteStateStore.open(folder, options).close();
        }
        try (Stream<Path> files = Files.list(folder.resolve("set-aside"))) {
            assertThat(files.map(file -> file.toFile().length())).containsExactlyInAnyOrder(1_001L, 1_002L, 1_003L);
        }
    }

    @Test
    void startsOnAnEmptyFileAndOnAFolderInItsPlace() throws Exception {
        Files.createFile(file());
        open(folder).close();
        Files.delete(file());
        Files.createDirectory(file());
        try (SqliteStateStore store = open(folder)) {
            writes(store, "folder");
        }
    }

    @Test
    void takesOverTheRowsOfAFileThatALaterVersionWrote() throws Exception {
        fill();
        long before = openAndTakeReplica();
        sql("UPDATE meta SET format = 9, writable_by = 9");
        try (SqliteStateStore store = open(folder);
                HealingReader reader = new HealingReader(store)) {
            assertThat(missing(store, "later version")).isZero();
            assertThat(store.replica()).isNotEqualTo(before);
            assertThat(store.head().sequence()).isEqualTo(KEYS);
            assertThat(store.head().keys()).isEqualTo(KEYS);
            assertThat(store.health().filesSetAside()).hasSize(1);
            assertThat(store.health().salvagedRows()).isEqualTo(KEYS);
            assertThat(reader.read(StoreReader::sessions)).hasSize(20);
        }
    }

    @Test
    void startsFreshWhereALaterVersionsFileCannotBeRead() throws Exception {
        fill();
        sql("UPDATE meta SET format = 9, readable_by = 9, writable_by = 9");
        try (SqliteStateStore store = open(folder)) {
            assertThat(store.head()).isEqualTo(Head.EMPTY);
            assertThat(store.health().filesSetAside()).hasSize(1);
        }
    }

    @Test
    void goesOnWithAFreshFileWhenDamageShowsWhileRunning() throws Exception {
        fill();
        try (SqliteStateStore store = open(folder);
                StoreReader reader = store.openReader()) {
            long replica = store.replica();
            store.checkNow();
            store.maintain();
            wipeEntryPages();
            assertThatThrownBy(() -> readAll(store)).isInstanceOf(StoreException.class);
            writes(store, "wiped pages");
            assertThat(store.replica()).isNotEqualTo(replica);
            assertThat(store.health().filesSetAside()).hasSize(1);
            assertThat(reader.get(Key.of("small/1"))).isEqualTo(Entries.live("small/1", "again", KEYS + 1));
            assertThat(store.health().missingRows()).isPositive();
        }
    }

    private static void readAll(SqliteStateStore store) {
        try (StoreReader reader = store.openReader()) {
            reader.scan("", null, 0, 10_000, Integer.MAX_VALUE);
        }
    }

    /** Overwrites some pages in the middle of the file, beyond those of the schema. */
    private void wipeEntryPages() throws Exception {
        try (FileChannel out = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            long pages = out.size() / 4096;
            for (long page = pages / 2; page < pages; page++) {
                out.write(ByteBuffer.allocate(4096), page * 4096);
            }
        }
    }

    private long openAndTakeReplica() {
        try (SqliteStateStore store = open(folder)) {
            return store.replica();
        }
    }

    private void sql(String statement) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement run = connection.createStatement()) {
            run.executeUpdate(statement);
        }
    }
}
