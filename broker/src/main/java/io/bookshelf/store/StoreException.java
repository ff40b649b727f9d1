package io.bookshelf.store;

import org.jspecify.annotations.Nullable;

/** The store could not do what was asked. The message says what to do. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** No room on the disk. Nothing was changed; reads and, thanks to a reserve, deletes still work. */
        DISK_FULL,
        /**
         * The file is damaged, and will be set aside: the next transaction works on a fresh one. Or a row was found damaged
         * that the transaction took for nothing: made again, it is the transaction of another author.
         */
        DAMAGED,
        /** The disk or the system refuses. Nothing was changed. */
        IO,
        /** Another process has the data folder. */
        IN_USE
    }

    private final Reason reason;

    /** An error with a sentence for whoever reads the log. */
    public StoreException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** Why. */
    public Reason reason() {
        return reason;
    }
}
