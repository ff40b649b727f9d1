package io.bookshelf.client;

/**
 * What could not be done: {@link #getMessage()} is one sentence for people. Which of the three it is says what has become of
 * what was asked.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="failures" :
 * // @start region="failures"
 * try {
 *     shelf.put("lights/hall", "on");
 * } catch (BookshelfException failure) {
 *     switch (failure) {
 *         case UnreachableException nobody -> System.err.println("not done: " + nobody.getMessage());
 *         case RefusedException no -> System.err.println("not done, and will not be: " + no.getMessage());
 *         case NoAnswerException unknown -> System.err.println("done or not: " + unknown.getMessage());
 *     }
 * }
 * // @end
 * }
 * }
 * }
 */
public abstract sealed class BookshelfException extends RuntimeException
        permits UnreachableException, RefusedException, NoAnswerException {
    private static final long serialVersionUID = 1;

    BookshelfException(String sentence) {
        super(sentence);
    }
}
