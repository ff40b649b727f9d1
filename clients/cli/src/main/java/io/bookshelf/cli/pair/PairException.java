package io.bookshelf.cli.pair;

/** No phone is paired; the message is a sentence that says why. */
final class PairException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PairException(String sentence) {
        super(sentence);
    }
}
