package io.bookshelf.broker;

/** The broker cannot start; the message is a sentence that says what to do. */
public final class BrokerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BrokerException(String message, Throwable cause) {
        super(message, cause);
    }
}
