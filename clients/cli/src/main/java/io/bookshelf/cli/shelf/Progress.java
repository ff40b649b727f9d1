package io.bookshelf.cli.shelf;

import io.bookshelf.cli.output.Printing;
import java.io.PrintWriter;

/** A bar on a terminal; nothing in a pipe. */
final class Progress {
    private static final String CLEARED_LINE = Printing.control("\r\u001b[K");
    private static final int WIDTH = 30;
    private static final long EVERY_NANOS = 100_000_000;

    private final PrintWriter err;
    private final boolean shown = Printing.errIsTerminal();
    private final String what;
    private final long total;
    private long done;
    private long drawnAt = System.nanoTime();

    /** @param total 0 for not known */
    Progress(PrintWriter err, String what, long total) {
        this.err = err;
        this.what = what;
        this.total = total;
    }

    void step() {
        done++;
        if (shown && System.nanoTime() - drawnAt > EVERY_NANOS) {
            drawnAt = System.nanoTime();
            draw();
        }
    }

    /** Clears the line. */
    void end() {
        if (shown) {
            err.print(CLEARED_LINE);
            err.flush();
        }
    }

    private void draw() {
        int full = total == 0 ? 0 : (int) Math.min(WIDTH, WIDTH * done / total);
        String bar = total == 0 ? "" : "[" + "=".repeat(full) + " ".repeat(WIDTH - full) + "] ";
        err.print(CLEARED_LINE + bar + what + " " + done + (total == 0 ? "" : " of " + total));
        err.flush();
    }
}
