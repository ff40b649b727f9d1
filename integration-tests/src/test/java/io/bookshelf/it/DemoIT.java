package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code bookshelf demo} from a script, judged by mosquitto_sub on the ports that it names, and by what it leaves. */
final class DemoIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TOGETHER = "all 3 units hold the same";
    private static final Pattern UNIT = Pattern.compile(" (hall|attic|kitchen) +(\\d+)  up ");

    @RegisterExtension
    final Units units = Units.perTest();

    private Path temporary;
    private Path output;
    private Process demo;
    private Writer keys;
    private List<ProcessHandle> children = List.of();

    @BeforeEach
    void start() throws IOException {
        Path folder = units.folder();
        temporary = Files.createDirectory(folder.resolve("tmp"));
        output = folder.resolve("demo.out");
        demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-Djava.io.tmpdir=" + temporary,
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.bookshelf.cli.Main",
                        "demo")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        keys = demo.outputWriter(StandardCharsets.UTF_8);
        awaitSaid(TOGETHER, 1);
        children = demo.descendants().toList();
        assertThat(children).as("three units and a caretaker").hasSize(4);
    }

    @AfterEach
    void end() {
        children.forEach(ProcessHandle::destroyForcibly);
        demo.descendants().forEach(ProcessHandle::destroyForcibly);
        demo.destroyForcibly();
    }

    @Test
    void showsACutAndItsHealingAndLeavesNothing() throws Exception {
        press("w");
        awaitSaid("wrote 3 new keys", 1);
        press("c");
        awaitSaid("attic .* cut off .* hall unreachable, kitchen unreachable", 1);
        press("w");
        awaitSaid("wrote 3 new keys", 2);
        assertThat(keysOn("attic")).as("what attic has, cut off").isNotEqualTo(keysOn("hall"));
        int before = count(TOGETHER);
        press("h");
        awaitSaid(TOGETHER, before + 1);
        List<String> hall = keysOn("hall");
        assertThat(hall)
                .as("3 keys of each unit in both rounds, and the shared one")
                .hasSize(3 * 3 * 2 + 1);
        assertThat(keysOn("attic")).isEqualTo(hall);
        assertThat(keysOn("kitchen")).isEqualTo(hall);
        assertThat(Stream.of("hall", "attic", "kitchen").map(this::conflicts))
                .as("a write of the second round that was discarded")
                .anyMatch(conflicts -> conflicts.contains("demo/shared") && conflicts.contains("round 2"));
        assertThat(said()).containsPattern("conflict: demo/shared: .* lost to");
        press("q");
        assertThat(demo.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isZero();
        assertThat(children).noneMatch(ProcessHandle::isAlive);
        assertThat(temporary).isEmptyDirectory();
    }

    @Test
    void leavesNothingEvenWhenKilled() {
        demo.destroyForcibly();
        await("units gone").atMost(PATIENCE).until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        assertThat(temporary).isEmptyDirectory();
    }

    private void press(String key) throws IOException {
        keys.write(key + "\n");
        keys.flush();
    }

    private String said() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int count(String pattern) {
        return (int) Pattern.compile(pattern).matcher(said()).results().count();
    }

    private void awaitSaid(String pattern, int times) {
        try {
            await(pattern)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> count(pattern) >= times || !demo.isAlive());
        } catch (RuntimeException e) {
            throw new AssertionError(said(), e);
        }
        assertThat(count(pattern)).as(said()).isGreaterThanOrEqualTo(times);
    }

    private InetSocketAddress port(String unit) {
        MatchResult line = UNIT.matcher(said())
                .results()
                .filter(each -> each.group(1).equals(unit))
                .findFirst()
                .orElseThrow();
        return new InetSocketAddress("127.0.0.1", Integer.parseInt(line.group(2)));
    }

    /** What a unit says of discarded writes, empty if it says nothing. */
    private String conflicts(String unit) {
        List<String> one = List.of("-t", "$bookshelf/conflicts", "-C", "1", "-W", "2");
        try (BufferedReader said =
                MosquittoClient.start(port(unit), "mosquitto_sub", one).inputReader(StandardCharsets.UTF_8)) {
            return said.readAllAsString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every key with its value, in order: all that comes before the message that ends the snapshot. */
    private List<String> keysOn(String unit) throws IOException {
        List<String> filters = List.of("-v", "-t", "demo/#", "-t", "$bookshelf/snapshot/x");
        Process reader = MosquittoClient.start(port(unit), "mosquitto_sub", filters);
        List<String> read = new ArrayList<>();
        try (BufferedReader lines = reader.inputReader(StandardCharsets.UTF_8)) {
            String line = lines.readLine();
            while (line != null && line.startsWith("demo/")) {
                read.add(line);
                line = lines.readLine();
            }
            assertThat(line).startsWith("$bookshelf/snapshot/x");
        } finally {
            reader.destroyForcibly();
        }
        return read.stream().sorted().toList();
    }
}
