package io.bookshelf.node.pairing;

import io.bookshelf.broker.web.SignIn.Answer;

/** What a request gets instead of what it asks for; the message is a sentence for a person. */
final class Mistake extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final int retrySeconds;

    Mistake(int status, String sentence) {
        this(status, sentence, 0);
    }

    Mistake(int status, String sentence, int retrySeconds) {
        super(sentence);
        this.status = status;
        this.retrySeconds = retrySeconds;
    }

    Answer answer() {
        return new Answer(status, Fields.write("error", String.valueOf(getMessage())), retrySeconds);
    }
}
