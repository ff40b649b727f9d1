package io.bookshelf.cli.demo;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;

/** What the system's own tools say of the terminal, and do to it. */
final class Terminal {
    private Terminal() {}

    static boolean isInput() {
        return run("[ -t 0 ]", Redirect.DISCARD);
    }

    static boolean isOutput() {
        return run("[ -t 1 ]", Redirect.INHERIT);
    }

    /** How it is set, for {@code stty}; empty where there is none. */
    static String saved() {
        return output("stty -g </dev/tty");
    }

    /** Each key at once, unseen; Ctrl-C as ever. */
    static boolean readKeys() {
        return run("stty -icanon -echo min 1 time 0 </dev/tty", Redirect.DISCARD);
    }

    /** How many lines it has, or as many as are wanted where it does not say. */
    static int lines(int wanted) {
        String size = output("stty size </dev/tty");
        return size.matches("[1-9]\\d* \\d+") ? Integer.parseInt(size.substring(0, size.indexOf(' '))) : wanted;
    }

    private static boolean run(String command, Redirect output) {
        try {
            return shell(command).redirectOutput(output).start().waitFor() == 0;
        } catch (IOException noShell) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String output(String command) {
        try {
            Process shell = shell(command).start();
            return new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        } catch (IOException noShell) {
            return "";
        }
    }

    private static ProcessBuilder shell(String command) {
        return new ProcessBuilder("sh", "-c", command)
                .redirectInput(Redirect.INHERIT)
                .redirectError(Redirect.DISCARD);
    }
}
