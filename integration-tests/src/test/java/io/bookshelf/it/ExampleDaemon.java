package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A daemon of {@code clients/examples} in a process of its own: what is typed to it, and the table that it shows. */
final class ExampleDaemon implements Closeable {
    private final Process process;
    private final Writer input;
    private final Path output;

    ExampleDaemon(Example example, UnitProcess unit, String name, Path folder) throws IOException {
        List<String> command = new ArrayList<>(example.command());
        command.addAll(List.of(
                "--host",
                unit.mqtt().getHostString(),
                "--port",
                "" + unit.mqtt().getPort(),
                "--unit",
                name));
        output = folder.resolve("daemon.out");
        process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        input = process.outputWriter(StandardCharsets.UTF_8);
    }

    void type(String... lines) {
        try {
            for (String line : lines) {
                input.write(line + "\n");
            }
            input.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the daemon has ended", e);
        }
    }

    /** What its lines add up to; whenever it says that it is ready, it must have counted the same. */
    Map<String, String> table() {
        Map<String, String> table = new TreeMap<>();
        for (String line : lines()) {
            String[] words = line.split(" ", 3);
            switch (words[0]) {
                case "+" -> table.put(words[1], words[2]);
                case "-" -> assertThat(table.remove(words[1])).as(line).isNotNull();
                case "ready" -> assertThat(line).isEqualTo("ready " + table.size() + " clients");
                default -> throw new AssertionError("the daemon says: " + line);
            }
        }
        return table;
    }

    private List<String> lines() {
        try {
            String text = Files.readString(output);
            // a line that is being written is none yet
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops its process (not those that it started) until the answer is closed. */
    Asleep asleep() {
        return new Asleep(process.pid());
    }

    /** Ends it by SIGTERM, as a service is stopped. */
    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
