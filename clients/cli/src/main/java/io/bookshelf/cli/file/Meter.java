package io.bookshelf.cli.file;

import io.bookshelf.cli.output.Printing;
import io.bookshelf.store.Progress;
import java.io.PrintWriter;
import java.time.Duration;

/** Says on a terminal how far long work has come; says nothing in a pipe, nor of work that is soon done. */
final class Meter implements Progress {
    private static final String LINE_START = Printing.control("\r");
    private static final long BETWEEN_NANOS = Duration.ofMillis(200).toNanos();

    private final PrintWriter err;
    private final String what;
    private final boolean shown;
    private long last = System.nanoTime();
    private boolean any;

    Meter(PrintWriter err, String what, boolean shown) {
        this.err = err;
        this.what = what;
        this.shown = shown;
    }

    /** One that is shown if standard error is a terminal. */
    static Meter onTerminal(PrintWriter err, String what) {
        return new Meter(err, what, Printing.errIsTerminal());
    }

    @Override
    public void at(long done, long total) {
        long now = System.nanoTime();
        if (shown && now - last >= BETWEEN_NANOS) {
            last = now;
            any = true;
            err.print(LINE_START + what + ": " + done * 100 / total + " %");
            err.flush();
        }
    }

    /** Takes the line away again. */
    void end() {
        if (any) {
            err.print(LINE_START + " ".repeat(what.length() + 10) + LINE_START);
            err.flush();
        }
    }
}
