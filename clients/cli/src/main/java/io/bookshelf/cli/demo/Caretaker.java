package io.bookshelf.cli.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Clears up after this process, even one that was killed: a shell that waits for the end of a pipe from here, then gives the
 * terminal back as it was and deletes the folder.
 */
final class Caretaker implements AutoCloseable {
    /** Without a word on the pipe nobody has ended the units; they notice the same, and take up to two seconds. */
    private static final String SCRIPT = """
            trap '' HUP INT QUIT TERM TTIN TTOU
            read -r word; told=$?
            if [ -n "$2" ]; then
              stty "$2" </dev/tty
              printf '\\033[?7h\\033[?25h' >/dev/tty
            fi
            [ $told = 0 ] || sleep 3
            rm -rf -- "$1"
            """;

    private final Process shell;

    /** @param terminal how it was, as {@code stty -g} says it; empty for none */
    Caretaker(Path folder, String terminal) {
        try {
            shell = new ProcessBuilder("sh", "-c", SCRIPT, "sh", folder.toString(), terminal)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("no shell to clear up afterwards", e);
        }
    }

    /** Once the units have ended; returns when everything is cleared up. */
    @Override
    public void close() {
        try (Writer word = shell.outputWriter(StandardCharsets.UTF_8)) {
            word.write("ended\n");
        } catch (IOException gone) {
            // then there is nobody to wait for
        }
        try {
            shell.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
