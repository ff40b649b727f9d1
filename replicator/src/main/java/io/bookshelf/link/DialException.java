package io.bookshelf.link;

/** A unit could not be reached at an address; the message says why. */
final class DialException extends Exception {
    private static final long serialVersionUID = 1L;

    DialException(String message) {
        super(message, null, false, false);
    }
}
