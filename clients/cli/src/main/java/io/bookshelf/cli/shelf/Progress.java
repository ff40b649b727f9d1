package io.bookshelf.cli.shelf;

import java.io.PrintWriter;

/** A bar on a terminal; nothing in a pipe. */
final class Progress {
    private static final int WIDTH = 30;
    private static final long EVERY_NANOS = 100_000_000;

    private final PrintWriter err;
    private final Screen screen;
    private final String what;
    private final long total;
    private long done;
    private long drawnAt = System.nanoTime();

    /** @param total 0 for not known */
    Progress(PrintWriter err, Screen screen, String what, long total) {
        this.err = err;
        this.screen = screen;
        this.what = what;
        this.total = total;
    }

    void step() {
        done++;
        if (screen.isTerminal() && System.nanoTime() - drawnAt > EVERY_NANOS) {
            drawnAt = System.nanoTime();
            draw();
        }
    }

    /** Clears the line. */
    void end() {
        if (screen.isTerminal()) {
            err.print("\r\u001b[K");
            err.flush();
        }
    }

    private void draw() {
        int full = total == 0 ? 0 : (int) Math.min(WIDTH, WIDTH * done / total);
        String bar = total == 0 ? "" : "[" + "=".repeat(full) + " ".repeat(WIDTH - full) + "] ";
        err.print("\r\u001b[K" + bar + what + " " + done + (total == 0 ? "" : " of " + total));
        err.flush();
    }
}
