package io.bookshelf.cli.shelf;

import io.bookshelf.cli.output.Printing;
import java.util.Map;

/** What is known of where output goes: colour on a terminal, none in a pipe, none where {@code NO_COLOR} is set. */
final class Screen {
    private final boolean terminal;
    private final boolean colour;

    private Screen(boolean terminal, boolean colour) {
        this.terminal = terminal;
        this.colour = colour;
    }

    static Screen ofThisProcess() {
        boolean terminal = Printing.outIsTerminal();
        Map<String, String> variables = System.getenv();
        boolean colour = terminal
                && variables.getOrDefault("NO_COLOR", "").isEmpty()
                && !variables.getOrDefault("TERM", "").equals("dumb");
        return new Screen(terminal, colour);
    }

    boolean isTerminal() {
        return terminal;
    }

    String faint(String text) {
        return paint("2", text);
    }

    String bold(String text) {
        return paint("1", text);
    }

    String good(String text) {
        return paint("32", text);
    }

    String bad(String text) {
        return paint("31", text);
    }

    private String paint(String code, String text) {
        return colour ? Printing.control("\u001b[" + code + "m") + text + Printing.control("\u001b[0m") : text;
    }
}
