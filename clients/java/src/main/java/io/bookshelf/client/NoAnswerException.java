package io.bookshelf.client;

/** No answer came within the time-out, or the connection broke while one was due: it may have been done or not. */
public final class NoAnswerException extends BookshelfException {
    private static final long serialVersionUID = 1;

    NoAnswerException(String sentence) {
        super(sentence);
    }
}
