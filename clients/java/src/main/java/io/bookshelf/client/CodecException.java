package io.bookshelf.client;

/**
 * A value is not what its reader expects: anybody may have written it. The message says in a sentence why.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="unreadable" :
 * // @start region="unreadable"
 * Entry cellar = shelf.get("rooms/cellar").orElseThrow();
 * try {
 *     System.out.println(cellar.as(Codecs.json(Light.class)));
 * } catch (CodecException none) {
 *     System.err.println(cellar.key() + " by " + cellar.unit().orElse("somebody") + ": " + none.getMessage());
 * }
 * // @end
 * }
 * }
 * }
 */
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
