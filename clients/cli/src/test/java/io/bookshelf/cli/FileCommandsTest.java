package io.bookshelf.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.WriteTransaction;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Backup, restore and doctor: what they say, and their exit codes. */
class FileCommandsTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path folder;

    private int execute(String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine line = Main.commandLine(arguments[0]);
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        return line.execute(arguments);
    }

    private String data() {
        return folder.resolve("data").toString();
    }

    private String noSettings() throws IOException {
        return Files.writeString(folder.resolve("bookshelf.toml"), "").toString();
    }

    private SqliteStateStore store() {
        SqliteStateStore store = SqliteStateStore.open(
                folder.resolve("data"), StoreOptions.defaults().withReserveBytes(0));
        long sequence = store.head().sequence() + 1;
        try (WriteTransaction tx = store.begin()) {
            tx.put(new Entry(
                    Key.of("k/" + sequence),
                    new byte[] {1},
                    false,
                    1,
                    ValueProperties.NONE,
                    new Version(sequence, store.replica()),
                    sequence,
                    Seen.NOTHING,
                    0,
                    sequence));
            tx.commit(sequence, sequence, Map.of());
        }
        return store;
    }

    @Test
    void aStoreIsCopiedWhileItIsInUseAndPutBackWhenItIsNot() throws IOException {
        String backup = folder.resolve("backup").toString();
        String settings = noSettings();
        try (SqliteStateStore running = store()) {
            assertThat(execute("backup", backup, "--data", data(), "--config", settings))
                    .isZero();
            assertThat(out.toString()).startsWith(backup + ": 1 keys in ").contains("each row verified");
            assertThat(execute("restore", backup, "--data", data(), "--config", settings))
                    .isEqualTo(2);
            assertThat(err.toString()).hasLineCount(1).contains("a unit runs on " + data() + ": stop it");
            assertThat(running.head().keys()).isEqualTo(1);
        }
        store().close();
        assertThat(execute("backup", backup, "--data", data(), "--config", settings))
                .isEqualTo(2);
        assertThat(err.toString()).hasLineCount(1).contains("exists, and a backup overwrites nothing");
        assertThat(execute("restore", backup, "--data", data(), "--config", settings, "--json"))
                .isZero();
        assertThat(out.toString()).contains("\"keys\":1,", "\"setAside\":\"" + data() + "/set-aside/state-");
        try (SqliteStateStore back = SqliteStateStore.open(folder.resolve("data"), StoreOptions.defaults())) {
            assertThat(back.head().keys()).isEqualTo(1);
        }
    }

    @Test
    void theDoctorSaysAllThatIsWrongAndHowBadItIs() throws IOException {
        String settings = noSettings();
        assertThat(execute("doctor", "--data", data(), "--config", settings)).isZero();
        assertThat(out.toString()).contains("ok        data         " + data() + " is not there yet");
        assertThat(Files.exists(folder.resolve("data"))).as("looked at only").isFalse();
        store().close();
        assertThat(execute("doctor", "--data", data(), "--config", settings)).isZero();
        assertThat(out.toString()).contains("ok        store        1 keys, 1 rows that are whole");

        Files.write(folder.resolve("data").resolve("state.db"), new byte[5_000]);
        assertThat(execute("doctor", "--data", data(), "--config", settings)).isEqualTo(1);
        assertThat(out.toString()).contains("broken    store        it does not open");
        assertThat(execute("doctor", "--data", data(), "--config", settings, "--repair", "--json"))
                .isZero();
        assertThat(out.toString())
                .contains(
                        "\"repaired\":[\"the store was replaced by a fresh file",
                        "\"level\":\"ok\",\"about\":\"store\"");
    }

    @Test
    void theDoctorNamesTheMistakesOfEachSection() throws IOException {
        Path settings = Files.writeString(folder.resolve("bookshelf.toml"), """
                unit = 5
                mqtt = "1883"
                nonsense = 1
                [http]
                hosts = 3
                [limits]
                key_bytes = 0
                """);
        assertThat(execute("doctor", "--data", data(), "--config", settings.toString()))
                .isEqualTo(1);
        assertThat(out.toString().lines().filter(line -> line.startsWith("broken")))
                .hasSize(5)
                .anySatisfy(line -> assertThat(line).contains("line 1: unit must be a text"))
                .anySatisfy(line -> assertThat(line).contains("line 2: mqtt must be HOST:PORT"))
                .anySatisfy(line -> assertThat(line).contains("line 3: nonsense is no setting"))
                .anySatisfy(line -> assertThat(line).contains("line 5: http.hosts must be a list"))
                .anySatisfy(line -> assertThat(line).contains("line 7: limits.key_bytes must be"));
        assertThat(execute("doctor", "--repiar")).isEqualTo(2);
        assertThat(err.toString()).contains("did you mean --repair?");
    }
}
