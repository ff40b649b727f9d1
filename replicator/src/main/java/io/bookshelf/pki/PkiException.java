package io.bookshelf.pki;

/** What was asked of certificates cannot be done; the message is one sentence that says why, and what to do. */
public final class PkiException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public PkiException(String message) {
        super(message);
    }

    public PkiException(String message, Throwable cause) {
        super(message, cause);
    }
}
