package io.bookshelf.store;

import org.jspecify.annotations.Nullable;

/**
 * The store in memory may not be what is in the file any more, by a mistake of the program: whoever writes has to stop, and open
 * the store again. Not an exception, as nobody can go on after it.
 */
public final class StoreFailure extends Error {
    private static final long serialVersionUID = 1L;

    /** A failure with a sentence for whoever reads the log. */
    StoreFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
