package io.bookshelf.client;

/**
 * No answer came within {@link ConnectOptions#timeout the time-out}, or the connection broke while one was due: what was
 * asked may have been done or not. Reading tells.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="no-answer" :
 * // @start region="no-answer"
 * byte[] mine = "hall".getBytes(StandardCharsets.UTF_8);
 * try {
 *     shelf.put("channel/6", mine, PutOptions.DEFAULT.ifAbsent());
 * } catch (NoAnswerException unknown) {
 *     boolean done = shelf.get("channel/6")
 *             .map(Entry::text)
 *             .filter("hall"::equals)
 *             .isPresent();
 *     System.err.println(done ? "it was done" : "it was not, or somebody came first");
 * }
 * // @end
 * }
 * }
 * }
 */
public final class NoAnswerException extends BookshelfException {
    private static final long serialVersionUID = 1;

    NoAnswerException(String sentence) {
        super(sentence);
    }
}
