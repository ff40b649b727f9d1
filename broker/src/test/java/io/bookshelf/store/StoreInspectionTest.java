package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A look at a data folder finds what is wrong and changes nothing; a repair keeps every row that is whole. */
final class StoreInspectionTest {
    private static final int KEYS = 300;

    @TempDir
    private Path data;

    private static SqliteStateStore open(Path data) {
        return SqliteStateStore.open(data, StoreOptions.defaults().withReserveBytes(0));
    }

    @BeforeEach
    void fill() {
        try (SqliteStateStore store = open(data)) {
            try (WriteTransaction tx = store.begin()) {
                for (int i = 1; i <= KEYS; i++) {
                    tx.put(Entries.live("k/" + i, "value <" + i + ">", i));
                }
                tx.commit(KEYS, 5, Map.of());
            }
            store.foldNow();
        }
    }

    private StoreInspection look() {
        return StoreInspection.of(data, Progress.UNSEEN);
    }

    /** Every file with what it holds. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = HexFormat.of().formatHex(Files.readAllBytes(file));
                contents.put(data.relativize(file).toString(), bytes);
            }
        }
        return contents;
    }

    private void damage(String value) throws IOException {
        Path file = data.resolve("state.db");
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        assertThat(text).contains(value);
        // What is free may still hold it too.
        for (int at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
            bytes[at] ^= 1;
        }
        Files.write(file, bytes);
    }

    private void sql(String statement) {
        try (Db db = Db.openWriter(data.resolve("state.db"), Durability.NORMAL)) {
            db.execute(statement);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSoundStoreIsSoundAndLeftAsItIs() throws IOException {
        Map<String, String> before = contents();
        StoreInspection found = look();
        assertThat(found.store().isSound()).isTrue();
        assertThat(found.store().keys()).isEqualTo(KEYS);
        assertThat(found.inUse()).isFalse();
        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void whatAKilledUnitLeftIsReadWithItsLog() throws IOException {
        Path killed = data.resolve("killed");
        try (SqliteStateStore store = open(data);
                WriteTransaction tx = store.begin()) {
            tx.put(Entries.live("after", "1", KEYS + 1));
            tx.commit(KEYS + 1, 6, Map.of());
            assertThat(look().inUse()).isTrue();
            assertThat(look().store().keys()).isEqualTo(KEYS + 1);
            Files.createDirectory(killed);
            for (String name : List.of("state.db", "state.db-wal")) {
                Files.copy(data.resolve(name), killed.resolve(name));
            }
        }
        assertThat(StoreInspection.of(killed, Progress.UNSEEN).store().keys()).isEqualTo(KEYS + 1);
    }

    @Test
    void damagedAndMissingRowsAreFoundAndARepairKeepsTheOthers() throws IOException {
        sql("DELETE FROM entry WHERE key=CAST('k/7' AS BLOB)");
        damage("value <100>");
        damage("value <200>");
        Map<String, String> before = contents();
        StoreExamination found = look().store();
        assertThat(contents()).isEqualTo(before);
        assertThat(found.isSound()).isFalse();
        assertThat(found.damagedRows()).isEqualTo(2);
        assertThat(found.missingRows()).isEqualTo(1);

        assertThat(StoreInspection.repair(data)).isEqualTo(KEYS - 3);
        StoreInspection after = look();
        assertThat(after.store().isSound()).isTrue();
        assertThat(after.store().keys()).isEqualTo(KEYS - 3);
        assertThat(after.store().lostRows()).isEqualTo(3);
        assertThat(after.setAside()).hasSize(1);
        try (SqliteStateStore store = open(data);
                StoreReader reader = store.openReader()) {
            for (int i = 1; i <= KEYS; i++) {
                Entry entry = reader.get(Key.of("k/" + i));
                assertThat(entry == null).as("k/%d", i).isEqualTo(i == 7 || i == 100 || i == 200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DROP INDEX entry_seq", "DELETE FROM head", "UPDATE entry SET seq=-seq"})
    void aStoreThatIsOutOfOrderIsRepaired(String statement) {
        sql(statement);
        assertThat(look().store().isSound()).isFalse();
        StoreInspection.repair(data);
        assertThat(look().store().isSound()).isTrue();
    }

    @Test
    void aFileThatDoesNotOpenIsRepairedToAsMuchAsCanBeHad() throws IOException {
        Files.write(data.resolve("state.db"), new byte[5_000]);
        assertThat(look().store().kind()).isEqualTo(StoreExamination.Kind.DAMAGED);
        StoreInspection.repair(data);
        assertThat(look().store().isSound()).isTrue();
        assertThat(look().setAside()).hasSize(1);
    }

    @Test
    void nothingIsRepairedUnderARunningUnit() throws IOException {
        try (SqliteStateStore store = open(data)) {
            assertThat(store.head().keys()).isEqualTo(KEYS);
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> StoreInspection.repair(data))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.IN_USE));
        }
        Files.writeString(data.resolve("restore.part"), "half a copy");
        assertThat(look().leftovers()).containsExactly("restore.part");
        StoreInspection.repair(data);
        assertThat(look().leftovers()).isEmpty();
        assertThat(look().store().keys()).isEqualTo(KEYS);
    }
}
