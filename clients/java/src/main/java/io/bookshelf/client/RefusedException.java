package io.bookshelf.client;

/** The unit answered that it will not: no right, a full disk, a key or value that it does not take. Nothing was changed. */
public final class RefusedException extends BookshelfException {
    private static final long serialVersionUID = 1;
    private static final int IMPLEMENTATION_SPECIFIC = 0x83;

    private final int code;

    RefusedException(int code, String sentence) {
        super(sentence);
        this.code = code;
    }

    /** MQTT 5's reason code, such as 0x87 for no right and 0x97 for a full disk. */
    public int code() {
        return code;
    }

    /** True if a put with {@link PutOptions#ifAbsent()} found that there is a value already. */
    public boolean isPresent() {
        return code == IMPLEMENTATION_SPECIFIC;
    }
}
