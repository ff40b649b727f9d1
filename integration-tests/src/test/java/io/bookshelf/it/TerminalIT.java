package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.PutOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What the commands show to a person at a terminal (one that {@code script} of util-linux makes), and not to a script. */
final class TerminalIT {
    private static final String ESCAPE = "\u001b[";
    private static final String FAINT = ESCAPE + "2m";

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    private static String url() {
        return "mqtt://127.0.0.1:" + unit.mqtt().getPort();
    }

    /** What a command showed, its two outputs together. */
    private record Shown(int code, String text) {}

    private static Shown atTerminal(String typed, Map<String, String> environment, String... words) throws Exception {
        String line = command(words).stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
        return run(List.of("script", "-qec", line, "/dev/null"), typed, environment);
    }

    private static List<String> command(String... words) {
        List<String> command = new ArrayList<>(UnitJvm.command());
        command.addAll(List.of(words));
        return command;
    }

    private static Shown run(List<String> command, String typed, Map<String, String> environment) throws Exception {
        Path shown = UNITS.folder().resolve("shown");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(shown.toFile());
        builder.environment().remove("NO_COLOR");
        builder.environment().putAll(Map.of("BOOKSHELF_URL", url(), "TERM", "xterm"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var keyboard = process.getOutputStream()) {
            keyboard.write(typed.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            // The terminal ends with its keyboard.
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Shown(process.exitValue(), Files.readString(shown));
    }

    private static void put(String... keys) {
        try (Bookshelf shelf = Bookshelf.connect(url())) {
            for (String key : keys) {
                shelf.put(key, "on");
            }
        }
    }

    private static List<String> keys(String filter) {
        try (Bookshelf shelf = Bookshelf.connect(url())) {
            return shelf.list(filter).stream().map(entry -> entry.key()).toList();
        }
    }

    @Test
    void aListIsATableWithColourOnATerminalWithoutWhereThatIsAskedForAndPlainInAPipe() throws Exception {
        put("table/hall");
        Shown colourful = atTerminal("", Map.of(), "list", "table/");
        assertThat(colourful.code()).as(colourful.text()).isZero();
        assertThat(colourful.text()).containsPattern("table/hall {20,}on {20,}\u001b\\[2m.*unit-under-test\u001b\\[0m");
        Shown grey = atTerminal("", Map.of("NO_COLOR", "1"), "list", "table/");
        assertThat(grey.text())
                .containsPattern("table/hall {20,}on {20,}.*unit-under-test")
                .doesNotContain(ESCAPE);
        assertThat(run(command("list", "table/"), "", Map.of()).text()).isEqualTo("table/hall\ton\n");
        assertThat(atTerminal("", Map.of(), "tree", "table/").text())
                .contains(ESCAPE + "1mtable/" + ESCAPE + "0m", FAINT);
        assertThat(run(command("tree", "table/"), "", Map.of()).text()).isEqualTo("table/\n  hall  on\n");
    }

    @Test
    void deletingAPrefixAsksFirst() throws Exception {
        put("gone/a", "gone/b");
        Shown no = atTerminal("n\n", Map.of(), "delete", "--prefix", "gone/");
        assertThat(no.code()).isEqualTo(1);
        assertThat(no.text()).contains("Delete 2 keys under gone/? [y/N] ", "nothing was deleted");
        assertThat(keys("gone/#")).containsExactly("gone/a", "gone/b");
        Shown yes = atTerminal("y\n", Map.of(), "delete", "--prefix", "gone/");
        assertThat(yes.code()).as(yes.text()).isZero();
        assertThat(yes.text()).contains("Delete 2 keys under gone/? [y/N] ", "deleted 2 keys");
        assertThat(keys("gone/#")).isEmpty();
    }

    @Test
    void anExportShowsHowFarItIsOnATerminalOnly() throws Exception {
        byte[] value = "x".repeat(2_000).getBytes(StandardCharsets.US_ASCII);
        try (Bookshelf shelf = Bookshelf.connect(url())) {
            CompletableFuture.allOf(IntStream.range(0, 5_000)
                            .mapToObj(i -> shelf.putAsync("many/" + i, value, PutOptions.DEFAULT))
                            .toArray(CompletableFuture[]::new))
                    .join();
        }
        Path folder = UNITS.folder();
        Shown bar = atTerminal(
                "", Map.of(), "export", "many/", "--output", folder.resolve("1").toString());
        assertThat(bar.code()).as(bar.text()).isZero();
        assertThat(bar.text())
                .containsPattern("\r\u001b\\[Kexported \\d+\r")
                .containsPattern("\r\u001b\\[K[^\r]*5000 keys");
        Shown plain =
                run(command("export", "many/", "--output", folder.resolve("2").toString()), "", Map.of());
        assertThat(plain.text()).contains("5000 keys").doesNotContain("\r", ESCAPE);
        assertThat(folder.resolve("1")).hasSameTextualContentAs(folder.resolve("2"));
    }
}
