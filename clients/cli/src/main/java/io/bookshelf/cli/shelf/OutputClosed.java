package io.bookshelf.cli.shelf;

/** Nobody reads the output any more, as behind {@code head}: a reason to stop, and no mistake. */
public final class OutputClosed extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutputClosed() {
        super("nobody reads the output", null, false, false);
    }
}
