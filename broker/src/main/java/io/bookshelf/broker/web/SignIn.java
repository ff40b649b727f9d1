package io.bookshelf.broker.web;

import java.util.concurrent.CompletionStage;

/** How phones are paired and sign in; what a page asks for on the web ports. Any thread. */
public interface SignIn {
    /** What is asked. */
    enum Step {
        /** To become a paired phone, by the code that the unit's owner was shown. */
        PAIR("/pair"),
        /** For something to sign. */
        CHALLENGE("/challenge"),
        /** For a token, by the signature. */
        TOKEN("/token");

        private final String path;

        Step(String path) {
            this.path = path;
        }

        String path() {
            return path;
        }
    }

    /**
     * An answer.
     *
     * @param status HTTP's code
     * @param json the body
     * @param retrySeconds after how many seconds it makes sense to ask again, 0 for nothing to say of that
     */
    record Answer(int status, String json, int retrySeconds) {}

    /** The name of this unit's network. */
    String network();

    /**
     * Answers, sooner or later, on any thread; never fails. Returns at once.
     *
     * @param body the request's, of a few kilobytes at most
     * @param from where it comes from, for the log
     */
    CompletionStage<Answer> answer(Step step, byte[] body, String from);
}
