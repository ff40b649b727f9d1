package io.bookshelf.node;

/** A unit cannot start; the message is one sentence that says what to do. */
public final class NodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NodeException(String message) {
        super(message);
    }
}
