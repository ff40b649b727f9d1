package io.bookshelf.client;

/**
 * There was no connection to the unit within {@link ConnectOptions#timeout the time-out}, or it has been closed. What was
 * asked has not been done.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="unreachable" :
 * // @start region="unreachable"
 * try (Bookshelf shelf = Bookshelf.connect("mqtt://127.0.0.1:1")) {
 *     shelf.put("lights/hall", "on");
 * } catch (UnreachableException nobody) {
 *     System.err.println("the light stays as it is: " + nobody.getMessage());
 * }
 * // @end
 * }
 * }
 * }
 */
public final class UnreachableException extends BookshelfException {
    private static final long serialVersionUID = 1;

    UnreachableException(String sentence) {
        super(sentence);
    }
}
