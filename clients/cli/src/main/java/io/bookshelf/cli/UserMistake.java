package io.bookshelf.cli;

/** What was asked cannot be done as asked; the message is one sentence that says what to do. */
public class UserMistake extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UserMistake(String message) {
        super(message);
    }
}
