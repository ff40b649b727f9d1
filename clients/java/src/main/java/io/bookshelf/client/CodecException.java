package io.bookshelf.client;

/** A value is not what its reader expects; the message says in a sentence why. */
public final class CodecException extends Exception {
    private static final long serialVersionUID = 1;

    /** A sentence, and what was thrown on the way to it. */
    public CodecException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** A sentence. */
    public CodecException(String sentence) {
        super(sentence);
    }
}
