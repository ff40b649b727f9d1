package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Starting and stopping: the ready line, exit codes, one sentence for a mistake. */
final class RunIT {
    @RegisterExtension
    final Units units = Units.perTest();

    private static List<String> with(UnitProcess unit, String... more) {
        List<String> arguments = new ArrayList<>(unit.arguments());
        arguments.addAll(List.of(more));
        return arguments;
    }

    /** Runs to the end and expects exit code 2 and one line on standard error, which is returned. */
    private static String mistake(UnitProcess unit, List<String> arguments) throws Exception {
        Process process = unit.launch(arguments);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String log = Files.readString(unit.stderr());
        assertThat(process.exitValue()).as(log).isEqualTo(2);
        assertThat(Files.readString(unit.stdout())).isEmpty();
        assertThat(log.lines().filter(line -> !line.contains(" INFO ")).toList())
                .as("one sentence")
                .hasSize(1);
        assertThat(log).doesNotContain("Exception", "\tat ");
        return log;
    }

    @Test
    void tellsItsPortsWhenItMayChooseThem() throws Exception {
        UnitProcess unit = units.create("");
        Process process = unit.launch(List.of(
                "--unit", "u", "--data", unit.data().toString(), "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0"));
        try {
            String line = awaitLine(unit.stdout());
            assertThat(line).matches("ready unit=u mqtt=127\\.0\\.0\\.1:[1-9]\\d* web=127\\.0\\.0\\.1:[1-9]\\d*");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static String awaitLine(Path file) {
        await().atMost(RawMqtt.PATIENCE).until(() -> Files.readString(file).endsWith("\n"));
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aBadFlagIsOneSentence() throws Exception {
        UnitProcess unit = units.create("");
        mistake(unit, with(unit, "--no-such-flag"));
        mistake(unit, List.of("--mqtt", "not-an-address"));
    }

    @Test
    void aBadFileIsOneSentenceThatNamesIt() throws Exception {
        UnitProcess wrong = units.create("[limits]\nconnect_secs = 3\n");
        assertThat(mistake(wrong, wrong.arguments())).contains("bookshelf.toml", "connect_secs");
        UnitProcess broken = units.create("this is not toml");
        assertThat(mistake(broken, broken.arguments())).contains("bookshelf.toml");
        UnitProcess missing = units.create("");
        assertThat(mistake(missing, with(missing, "--config", "/no/such/file.toml")))
                .contains("/no/such/file.toml");
    }

    @Test
    void aPortThatIsTakenIsOneSentenceThatNamesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + taken.getLocalPort();
            UnitProcess unit = units.create("");
            assertThat(mistake(
                            unit, List.of("--data", unit.data().toString(), "--web", "127.0.0.1:0", "--mqtt", address)))
                    .contains(address);
            assertThat(mistake(
                            unit, List.of("--data", unit.data().toString(), "--mqtt", "127.0.0.1:0", "--web", address)))
                    .contains(address);
        }
    }

    @Test
    void aDataFolderThatIsInUseIsOneSentence() throws Exception {
        UnitProcess running = units.start();
        UnitProcess second = units.create("");
        List<String> arguments =
                List.of("--data", running.data().toString(), "--mqtt", "127.0.0.1:0", "--web", "127.0.0.1:0");
        assertThat(mistake(second, arguments)).contains(running.data().toString());
        units.client(running, Connect.v5("")).pingPong();
    }

    @Test
    void stopsWithinTwoSecondsAndKeepsWhatItHas() {
        UnitProcess unit = units.start();
        RawMqtt writer = units.client(unit, Connect.v5("w"));
        for (int i = 0; i < 100; i++) {
            writer.put("stop/" + i, "v");
        }
        RawMqtt watcher = units.client(unit, Connect.v5("watcher"));
        watcher.subscribe(1, "#");
        units.webSocket(unit);
        units.tcp(unit);
        long signalled = System.nanoTime();
        assertThat(unit.terminate()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - signalled)).isLessThan(Duration.ofSeconds(2));
        assertThat(writer.expectDisconnect().reason())
                .as("server shutting down")
                .isEqualTo(0x8B);
        unit.start();
        assertThat(units.client(unit, Connect.v5("")).snapshot(0, "stop/#")).hasSize(100);
    }

    @Test
    void aStoreFileOfALaterVersionStopsNobody() throws Exception {
        for (String later : List.of("readable_by=1,writable_by=1000000", "readable_by=1000000,writable_by=1000000")) {
            UnitProcess unit = units.start();
            units.client(unit, Connect.v5("w")).put("later/a", "1");
            assertThat(unit.terminate()).isZero();
            setFormat(unit.data().resolve("state.db"), later);
            unit.start();
            RawMqtt client = units.client(unit, Connect.v5("w"));
            assertThat(client.put("later/b", "2").reason()).isIn(0, 0x10);
            assertThat(client.snapshot(0, "later/b")).hasSize(1);
            assertThat(unit.data().resolve("set-aside")).isNotEmptyDirectory();
            unit.close();
        }
    }

    private static void setFormat(Path file, String values) throws SQLException {
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = db.createStatement()) {
            statement.executeUpdate("UPDATE meta SET format=1000000," + values);
        }
    }
}
