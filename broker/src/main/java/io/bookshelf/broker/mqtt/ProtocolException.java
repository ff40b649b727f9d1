package io.bookshelf.broker.mqtt;

/** A client broke the protocol or a limit: its connection is closed with a reason. */
final class ProtocolException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int reason;

    ProtocolException(int reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    int reason() {
        return reason;
    }
}
