package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The commands that speak to a unit, as processes, as a script would use them. */
final class CommandsIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    /** What a command did. */
    private record Done(int code, String out, String err) {}

    private static Done run(String... words) throws Exception {
        return run(new byte[0], words);
    }

    private static Done run(byte[] input, String... words) throws Exception {
        List<String> command = new ArrayList<>(UnitJvm.command());
        command.addAll(List.of(words));
        Path folder = UNITS.folder();
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment()
                .put("BOOKSHELF_URL", "mqtt://127.0.0.1:" + unit.mqtt().getPort());
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(input);
        } catch (IOException notRead) {
            // it needs none
        }
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Done(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static Done ok(String... words) throws Exception {
        Done done = run(words);
        assertThat(done.code()).as(done.err()).isZero();
        return done;
    }

    /** One sentence, and no trace of what was thrown. */
    private static void saysNo(Done done, int code, String part) {
        assertThat(done.code()).as(done.err()).isEqualTo(code);
        assertThat(done.err())
                .hasLineCount(1)
                .startsWith("bookshelf: ")
                .contains(part)
                .doesNotContain("Exception");
    }

    @Test
    void aValueIsWrittenReadAndDeleted() throws Exception {
        ok("put", "c/one", "größer", "--ttl", "1h");
        assertThat(ok("get", "c/one").out()).isEqualTo("größer");
        assertThat(ok("get", "c/one", "--json").out())
                .contains("\"key\":\"c/one\"", "\"value\":\"größer\"", "\"expires\":", "\"unit\":\"unit-under-test\"");
        Done piped = run("from a pipe".getBytes(StandardCharsets.UTF_8), "put", "c/two", "-");
        assertThat(piped.code()).isZero();
        assertThat(ok("list", "c").out()).isEqualTo("c/one\tgrößer\nc/two\tfrom a pipe\n");
        assertThat(ok("tree", "c").out()).isEqualTo("c/\n  one  größer\n  two  from a pipe\n");
        assertThat(ok("history", "c/one").out()).contains("unit-under-test", "größer");
        saysNo(run("put", "c/one", "other", "--if-absent"), 1, "there is a value under c/one");
        ok("delete", "c/one");
        saysNo(run("get", "c/one"), 1, "there is no value under c/one");
        saysNo(run("delete", "--prefix", "c/"), 2, "there are 1 keys under c/: say --yes");
        ok("delete", "--prefix", "c/", "--yes");
        assertThat(ok("list", "c").out()).isEmpty();
    }

    @Test
    void mistakesChangeNothingAndAreSentences() throws Exception {
        saysNo(run("put", "m/x", "{\"a\":", "--json"), 2, "the value is not JSON (line 1, column 6");
        saysNo(run("put", "m/#", "1"), 2, "wildcards");
        saysNo(run("put", "m/x", ""), 2, "would delete the key");
        saysNo(run("put", "m/x"), 2, "say what to write");
        saysNo(run("put", "m/x", "1", "--ttl", "soon"), 2, "a time is written 500ms, 10s, 5m, 2h or 7d");
        saysNo(run("get", "m/x", "--url", "http://x"), 2, "is no address of a unit");
        saysNo(run("get", "m/x", "--pki", "/nowhere"), 2, "bookshelf pki issue");
        saysNo(run("put", "$SYS/x", "1"), 2, "belong to the unit");
        saysNo(
                run("get", "m/x", "--url", "mqtt://127.0.0.1:" + Ports.free().getPort()),
                3,
                "nobody answers at mqtt://127.0.0.1:");
        assertThat(ok("list", "m").out()).isEmpty();
    }

    @Test
    void aWatchPrintsTheSnapshotForScripts() throws Exception {
        ok("put", "w/a", "1");
        ok("put", "w/b", "2");
        Done text = ok("watch", "w/#", "--until-complete");
        assertThat(text.out()).isEqualTo("w/a 1\nw/b 2\n");
        assertThat(ok("watch", "w/a", "--json", "--until-complete").out().lines())
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains("\"event\":\"snapshot\"", "\"key\":\"w/a\"", "\"value\":\"1\""),
                        last -> assertThat(last).isEqualTo("{\"event\":\"complete\",\"count\":1}"));
    }

    @Test
    void anExportIsReadBackToTheByteAndGoesOnWhereItWasBrokenOff() throws Exception {
        Path file = UNITS.folder().resolve("e.jsonl");
        Path binary = Files.write(UNITS.folder().resolve("value"), new byte[] {0, (byte) 0xFF, 1});
        ok("put", "e/binary", "--file", binary.toString(), "--content-type", "image/x");
        for (String key : List.of("e/a", "e/b", "e/zz")) {
            ok("put", key, "value of " + key, "--ttl", "1h");
        }
        ok("export", "e/", "--output", file.toString());
        String whole = Files.readString(file);
        assertThat(whole).hasLineCount(4);
        Files.writeString(file, whole.substring(0, whole.indexOf("\"e/zz\"")));
        assertThat(ok("export", "e/", "--output", file.toString(), "--resume").err())
                .contains("1 keys exported");
        assertThat(Files.readString(file).lines().map(CommandsIT::withoutRemaining))
                .containsExactlyElementsOf(
                        whole.lines().map(CommandsIT::withoutRemaining).toList());
        saysNo(run("export", "e/", "--output", file.toString()), 2, "is there already");

        ok("delete", "--prefix", "e/", "--yes");
        assertThat(ok("import", file.toString(), "--dry-run").out()).startsWith("4 keys would be written");
        assertThat(ok("list", "e").out()).isEmpty();
        assertThat(ok("import", file.toString()).out()).startsWith("4 keys written");
        assertThat(ok("import", file.toString()).out()).startsWith("0 keys written, 4 were there already");
        assertThat(ok("get", "e/binary", "--json").out())
                .contains("\"base64\":\"AP8B\"", "\"contentType\":\"image/x\"");
        Files.writeString(file, whole + "{\"key\":\"e/bad\"}\n");
        ok("delete", "e/a");
        saysNo(run("import", file.toString()), 2, "e.jsonl, line 5: there is no \"value\"");
        assertThat(run("get", "e/a").code()).as("nothing was written").isEqualTo(1);
    }

    @Test
    void anExportIsItsOwnersAloneFromTheFirstByteOnWhateverTheUmask() throws Exception {
        ok("put", "x/a", "secret");
        Path file = UNITS.folder().resolve("x.jsonl");
        for (String umask : List.of("000", "077", "777")) {
            String command =
                    UnitJvm.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "))
                            + " export x/ --reveal --url mqtt://127.0.0.1:"
                            + unit.mqtt().getPort() + " --output " + file;
            Process shell = new ProcessBuilder("sh", "-c", "umask " + umask + "; " + command)
                    .inheritIO()
                    .start();
            assertThat(shell.waitFor()).isZero();
            assertThat(rights(file)).as("umask %s", umask).isEqualTo("rw-------");
            Files.delete(file);
        }
        Files.writeString(file, "");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        ok("export", "x/", "--reveal", "--output", file.toString(), "--resume");
        assertThat(Files.readString(file)).contains("secret");
        assertThat(rights(file)).as("one that was there").isEqualTo("rw-------");
    }

    private static String rights(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void anImportLeavesWhoBelongsToTheNetworkAsItIs() throws Exception {
        Path file = UNITS.folder().resolve("old.jsonl");
        Files.writeString(
                file,
                Stream.of("bookshelf/phones/p1", "bookshelf/crl/0a/1", "bookshelf/units/attic", "i/light")
                        .map(key -> "{\"key\":\"" + key + "\",\"value\":\"old\"}\n")
                        .collect(Collectors.joining()));
        assertThat(ok("import", file.toString()).out())
                .startsWith("1 keys written, 0 were there already, 3 were left out")
                .contains("--with-network");
        assertThat(ok("list", "bookshelf/").out()).isEmpty();
        assertThat(ok("import", file.toString(), "--with-network", "--dry-run").out())
                .startsWith("3 keys would be written, 1 were there already");
        ok("delete", "i/light");
    }

    private static String withoutRemaining(String line) {
        return line.replaceAll("\"expires\":\"[^\"]*\"", "");
    }

    @Test
    void aUnitTellsHowItIs() throws Exception {
        assertThat(ok("status").out()).contains("unit      unit-under-test", "health    ok", "on its own");
        assertThat(ok("status", "--json").out()).startsWith("{\"unit\":{\"name\":\"unit-under-test\"");
        assertThat(ok("peers").out()).contains("no other units");
        assertThat(ok("conflicts").out()).contains("none");
        assertThat(ok("completion").out()).contains("complete -F");
    }
}
