package io.bookshelf.cli.demo;

import io.bookshelf.cli.output.Printing;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where the demo shows itself: a picture that is drawn again in place, or lines where something changes. For one thread. */
final class Screen {
    /** Not broken at the margin, since a picture of as many lines as were counted is drawn over; no cursor. */
    private static final String BEGIN = Printing.control("\033[?7l\033[?25l");

    private static final String END = Printing.control("\033[?7h\033[?25h");
    private static final String CLEARED_LINE = Printing.control("\r\033[K");
    private static final String CLEARED_REST = Printing.control("\033[K");
    private static final String LEGEND =
            "Tab next unit   c cut off   h heal   k kill -9   r start again   w write on every side   q end";
    private static final int LINES_BESIDES = 7;

    private final PrintWriter out;
    private final boolean picture;
    private final int mostRows;
    private final Map<String, Row> told = new HashMap<>();
    private String message = "";
    private String lastConflict = "";
    private boolean allInSync;
    private int drawn;

    Screen(PrintWriter out, boolean picture, int lines) {
        this.out = out;
        this.picture = picture;
        this.mostRows = Math.max(1, lines - LINES_BESIDES);
        if (picture) {
            out.print(BEGIN);
        }
    }

    /** What goes on while the units start: one line. */
    void progress(String text) {
        if (picture) {
            out.print(CLEARED_LINE + text);
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Lines that stay. */
    void print(List<String> lines) {
        if (picture) {
            out.print(CLEARED_LINE);
        }
        lines.forEach(out::println);
        out.flush();
    }

    /** What came of a key. */
    void say(String sentence) {
        message = sentence;
        if (!picture) {
            out.println(now() + sentence);
            out.flush();
        }
    }

    void show(List<Row> rows, String chosen, String conflict) {
        boolean together = rows.size() > 1
                && rows.stream().allMatch(Row::isInSyncWithAll)
                && rows.stream().map(Row::keys).distinct().count() == 1;
        if (picture) {
            draw(rows, chosen, conflict, together);
        } else {
            tell(rows, conflict, together);
        }
        out.flush();
    }

    private void draw(List<Row> rows, String chosen, String conflict, boolean together) {
        List<String> lines = new ArrayList<>(List.of("", Row.HEAD));
        for (Row row : rows.subList(0, Math.min(rows.size(), mostRows))) {
            lines.add(row.line(row.name().equals(chosen)));
        }
        int hidden = rows.size() - Math.min(rows.size(), mostRows);
        lines.add(hidden > 0 ? "  and " + hidden + " more: the terminal is too low" : "");
        lines.add("last conflict: " + (conflict.isEmpty() ? "none" : conflict));
        lines.add(together ? "all " + rows.size() + " units hold the same" : "the units differ, or cannot tell");
        lines.add(LEGEND);
        lines.add(message);
        StringBuilder text = new StringBuilder(drawn == 0 ? "" : Printing.control("\033[" + drawn + "A\r"));
        lines.forEach(line -> text.append(line).append(CLEARED_REST).append("\n"));
        drawn = lines.size();
        out.print(text);
    }

    private void tell(List<Row> rows, String conflict, boolean together) {
        if (told.isEmpty()) {
            out.println(" ".repeat(now().length()) + Row.HEAD);
        }
        for (Row row : rows) {
            Row before = told.put(row.name(), row.withoutRoundTrip());
            if (!row.withoutRoundTrip().equals(before)) {
                out.println(now() + row.line(false));
            }
        }
        if (!conflict.equals(lastConflict)) {
            lastConflict = conflict;
            out.println(now() + "conflict: " + conflict);
        }
        if (together != allInSync) {
            allInSync = together;
            out.println(now()
                    + (together ? "all " + rows.size() + " units hold the same" : "the units differ, or cannot tell"));
        }
    }

    private static String now() {
        return LocalTime.now().truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ISO_LOCAL_TIME) + " ";
    }

    /** Leaves the terminal as it was. */
    void end() {
        if (picture) {
            out.print(END);
            out.flush();
        }
    }
}
