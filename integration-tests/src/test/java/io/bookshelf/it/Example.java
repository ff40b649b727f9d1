package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The languages of {@code clients/examples}. */
enum Example {
    PYTHON(50, "/usr/bin/python3", "python/client_table.py"),
    NODE(50, "node", "node/client-table.js"),
    C(50, "c/client-table"),
    // a process for each write
    SHELL(10, "shell/client-table");

    private static final Path FOLDER = Path.of("..", "clients", "examples");

    /** How many rows it is given at once. */
    final int burst;

    private final List<String> command;

    Example(int burst, String... command) {
        this.burst = burst;
        this.command = List.of(command);
    }

    /** The command that starts it, built if it has to be. */
    List<String> command() {
        if (this == C) {
            make();
        }
        return command.stream()
                .map(word -> word.contains("/") && !word.startsWith("/")
                        ? FOLDER.resolve(word).toString()
                        : word)
                .toList();
    }

    private static void make() {
        try {
            Process make = new ProcessBuilder(
                            "make", "-s", "-C", FOLDER.resolve("c").toString(), "CFLAGS=-O2 -Werror")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(make.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(make.waitFor()).as("make: " + said).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("make cannot be run: run ./verify, which installs it", e);
        }
    }
}
