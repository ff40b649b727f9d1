package io.bookshelf.client;

/** What could not be done, in one sentence for people. */
public sealed class BookshelfException extends RuntimeException
        permits UnreachableException, RefusedException, NoAnswerException {
    private static final long serialVersionUID = 1;

    BookshelfException(String sentence) {
        super(sentence);
    }
}
