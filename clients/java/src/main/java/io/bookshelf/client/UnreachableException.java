package io.bookshelf.client;

/** There is no connection to the unit, or it has been closed. What was asked has not been done. */
public final class UnreachableException extends BookshelfException {
    private static final long serialVersionUID = 1;

    UnreachableException(String sentence) {
        super(sentence);
    }
}
