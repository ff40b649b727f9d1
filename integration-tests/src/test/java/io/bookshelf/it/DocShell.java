package io.bookshelf.it;

import static org.awaitility.Awaitility.await;

import io.bookshelf.it.DocPage.Step;
import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A bash in which commands of the documentation are run as a reader would: in an empty home, with {@code ./bookshelf} and
 * {@code clients/examples} in it, and with loopback ports and processes of its own, so that pages may use the usual ports. Needs root for that.
 */
final class DocShell implements Closeable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String DONE = "--- that was command ";

    private final Path home;
    private final Path output;
    private final Process process;
    private final Writer input;
    private int commands;

    /**
     * @param root the repository
     * @param folder an empty one
     */
    DocShell(Path root, Path folder) throws IOException {
        home = Files.createDirectory(folder.resolve("home"));
        copyExamples(root.toRealPath().resolve("clients/examples"), home.resolve("clients/examples"));
        output = folder.resolve("output");
        Path launcher = home.resolve("bookshelf");
        String java = UnitJvm.command().stream().map(DocShell::quoted).collect(Collectors.joining(" "));
        Files.writeString(launcher, "#!/bin/sh\nexec " + java + " \"$@\"\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
        ProcessBuilder builder = new ProcessBuilder(
                "unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "--norc");
        Map<String, String> environment = builder.environment();
        String path = environment.getOrDefault("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin";
        environment.clear();
        environment.putAll(
                Map.of("PATH", path, "HOME", home.toString(), "LC_ALL", "C.UTF-8", "TZ", "UTC", "TERM", "dumb"));
        process = builder.directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        input = process.outputWriter(StandardCharsets.UTF_8);
        run(new Step(0, "ip link set lo up", List.of()));
    }

    /** A copy, since some of them are built; what npm has brought is only pointed at. */
    private static void copyExamples(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from, 2)) {
            for (Path file : files.toList()) {
                Path copy = to.resolve(from.relativize(file));
                if (file.endsWith("node_modules")) {
                    Files.createSymbolicLink(copy, file);
                } else if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (!Files.isSymbolicLink(copy.getParent())) {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    /** Runs a command and returns the {@linkplain DocRules#plain plain} lines that it prints; one in the background is given time to print what it should. */
    List<String> run(Step step) throws IOException {
        int number = ++commands;
        Path script = home.resolveSibling("command-" + number);
        String command = step.command();
        if (step.inBackground()) {
            // Its log is not for the page.
            command = command.substring(0, command.length() - 1) + " 2>>\"$HOME/../log\" &";
        }
        Files.writeString(script, command + "\n");
        int before = Files.readString(output).length();
        // Not in a subshell, so that it may set what later ones see; and what reads standard input must not read those.
        input.write(". " + quoted(script.toString()) + " </dev/null; echo '" + DONE + number + "'\n");
        input.flush();
        String done = DONE + number + "\n";
        try {
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
                String text = Files.readString(output).substring(before);
                return text.contains(done)
                        && (!step.inBackground()
                                || printed(text, done).size()
                                        >= DocRules.plain(step.output()).size());
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "the command does not end, or does not print all of it; so far:\n"
                            + Files.readString(output).substring(before),
                    e);
        }
        return printed(Files.readString(output).substring(before), done);
    }

    private static List<String> printed(String text, String done) {
        return DocRules.plain(text.replace(done, "").lines().toList());
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
