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
        return run(List.of("script", "-qec", line(words), "/dev/null"), typed, environment);
    }

    private static String line(String... words) {
        return command(words).stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
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

    /** What a value may do to a terminal: set its title, clear it, type into it, turn the writing round. */
    @Test
    void nothingFromOutsideReachesATerminalAsAControlSequence() throws Exception {
        String hostile = "a\u001b]0;title\u0007b\u009b2Jc\rd\u202ee\u007f\n\tend";
        byte[] bytes = (hostile + "?z").getBytes(StandardCharsets.UTF_8);
        bytes[bytes.length - 2] = (byte) 0xFF;
        try (Bookshelf shelf = Bookshelf.connect(url())) {
            shelf.put("evil/bytes", bytes);
            shelf.put("evil/text", hostile);
            shelf.put("evil/\u202ekey\u200f", "v");
        }
        for (String[] words : new String[][] {
            {"get", "evil/bytes"},
            {"get", "evil/text"},
            {"get", "evil/text", "--json"},
            {"list", "evil/"},
            {"list", "evil/", "--json"},
            {"list", "evil/", "--keys"},
            {"tree", "evil/"},
            {"tree", "evil/", "--json"},
            {"watch", "evil/#", "--until-complete"},
            {"watch", "evil/#", "--until-complete", "--json"},
            {"history", "evil/text", "--json"},
            {"export", "evil/"},
            {"get", "evil/\u202enothing"}
        }) {
            Shown shown = atTerminal("", Map.of("NO_COLOR", "1"), words);
            assertThat(shown.text().replace("\r\n", "\n").replace("\r" + ESCAPE + "K", ""))
                    .as(String.join(" ", words))
                    .doesNotContainPattern("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u200e\\u200f\\u202a-\\u202e]");
        }
        assertThat(atTerminal("", Map.of(), "get", "evil/bytes").text())
                .isEqualTo("a\\u001b]0;title\\u0007b\\u009b2Jc\\u000dd\\u202ee\\u007f\r\n\tend\\xffz\r\n");
        assertThat(run(command("get", "evil/text"), "", Map.of()).text())
                .as("piped")
                .isEqualTo(hostile);
        assertThat(run(List.of("script", "-qec", line("get", "evil/text") + " </dev/null", "/dev/null"), "", Map.of())
                        .text())
                .as("standard output alone is a terminal")
                .doesNotContain("\u001b");
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
