package io.bookshelf.client.wire;

/** What an MQTT connection did not do. The message is a sentence for people. */
public final class WireException extends Exception {
    /** What kind of failure. */
    public enum Kind {
        /** There is no connection, or none any more; what was asked may have been done. */
        CONNECTION,
        /** The other side answered that it will not. */
        REFUSED
    }

    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final int code;

    /**
     * A failure.
     *
     * @param code MQTT 5's reason code, 0 for none
     */
    public WireException(Kind kind, int code, String sentence) {
        super(sentence);
        this.kind = kind;
        this.code = code;
    }

    /** What kind of failure. */
    public Kind kind() {
        return kind;
    }

    /** MQTT 5's reason code, 0 for none. */
    public int code() {
        return code;
    }
}
