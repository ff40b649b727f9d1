package io.bookshelf.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A page of the documentation, as far as it can be run. In a fenced block of the language {@code console}, a line that begins
 * with {@code $ } is a command, lines behind it that begin with {@code > } go on with it, and what follows is its output.
 *
 * <p>Two comments count: {@code <!-- not run: reason -->} right before a block, and {@code <!-- before} … {@code -->} around
 * commands that are run in that place and not shown to readers.
 */
final class DocPage {
    /**
     * A command, and what the page says that it prints.
     *
     * @param line where it stands, from 1 on
     */
    record Step(int line, String command, List<String> output) {
        boolean inBackground() {
            return command.endsWith("&");
        }
    }

    /** What stands under one heading: its commands see what those before them left. */
    record Section(String title, List<Step> steps) {}

    private static final String NOT_RUN = "<!-- not run: ";
    private static final String BEFORE = "<!-- before";
    private static final Pattern COMMAND = Pattern.compile("(\\$ |(\\./)?bookshelf |\\./verify).*");

    private final String name;
    private final List<String> lines;
    private final List<Section> sections = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();
    private Section section;
    private int at;

    private DocPage(String name, List<String> lines) {
        this.name = name;
        this.lines = lines;
        this.section = new Section("", new ArrayList<>());
    }

    static DocPage read(Path root, Path file) {
        try {
            DocPage page = new DocPage(root.relativize(file).toString(), Files.readAllLines(file));
            page.parse();
            return page;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    String name() {
        return name;
    }

    /** Those with commands. */
    List<Section> sections() {
        return sections;
    }

    /** The blocks that are not run: where, and why. */
    List<String> notRun() {
        return notRun;
    }

    private void parse() {
        String reason = "";
        for (; at < lines.size(); at++) {
            String line = lines.get(at);
            if (line.startsWith("#")) {
                section = new Section(line.replaceFirst("^#+ ", ""), new ArrayList<>());
            } else if (line.startsWith(NOT_RUN)) {
                reason = line.substring(NOT_RUN.length(), line.indexOf("-->")).strip();
            } else if (line.equals(BEFORE)) {
                steps("-->");
            } else if (line.startsWith("```")) {
                block(line.substring(3), reason);
                reason = "";
            } else if (!line.isBlank() && !reason.isEmpty()) {
                throw new AssertionError(name + ":" + (at + 1) + ": 'not run' stands right before a block");
            }
        }
    }

    private void block(String language, String reason) {
        int from = at + 1;
        if (language.equals("console") && reason.isEmpty()) {
            steps("```");
            return;
        }
        int to = from;
        while (!lines.get(to).equals("```")) {
            to++;
        }
        at = to;
        if (!reason.isEmpty()) {
            notRun.add(name + ":" + from + ": " + reason);
        } else if (lines.subList(from, to).stream()
                .anyMatch(line -> COMMAND.matcher(line).matches())) {
            throw new AssertionError(name + ":" + from + ": commands in a block that is not called console");
        }
    }

    /** Reads commands up to a line that ends them. */
    private void steps(String end) {
        if (section.steps().isEmpty()) {
            sections.add(section);
        }
        for (at++; !lines.get(at).equals(end); at++) {
            String line = lines.get(at);
            if (line.startsWith("$ ")) {
                section.steps().add(new Step(at + 1, command(line.substring(2)), new ArrayList<>()));
            } else if (section.steps().isEmpty()) {
                throw new AssertionError(name + ":" + (at + 1) + ": output of no command: " + line);
            } else {
                section.steps().getLast().output().add(line);
            }
        }
    }

    private String command(String first) {
        StringBuilder command = new StringBuilder(first);
        while (lines.get(at + 1).startsWith("> ") || lines.get(at + 1).equals(">")) {
            at++;
            command.append('\n').append(lines.get(at).replaceFirst("^> ?", ""));
        }
        return command.toString();
    }
}
