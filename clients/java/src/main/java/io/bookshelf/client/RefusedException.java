package io.bookshelf.client;

/**
 * The unit answered that it will not: no right, a full disk, a key or value that it does not take, or one that is there
 * already. Nothing was changed; asking again as it is will not help.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="refused" :
 * // @start region="refused"
 * byte[] mine = "hall".getBytes(StandardCharsets.UTF_8);
 * try {
 *     shelf.put("channel/5", mine, PutOptions.DEFAULT.ifAbsent());
 * } catch (RefusedException no) {
 *     System.err.println(no.isPresent() ? "somebody has it" : no.getMessage() + ", code " + no.code());
 * }
 * // @end
 * }
 * }
 * }
 */
public final class RefusedException extends BookshelfException {
    private static final long serialVersionUID = 1;
    private static final int IMPLEMENTATION_SPECIFIC = 0x83;

    private final int code;

    RefusedException(int code, String sentence) {
        super(sentence);
        this.code = code;
    }

    /** MQTT 5's reason code, such as 0x87 for no right and 0x97 for a full disk. */
    public int code() {
        return code;
    }

    /** True if a put with {@link PutOptions#ifAbsent()} found that there is a value already. */
    public boolean isPresent() {
        return code == IMPLEMENTATION_SPECIFIC;
    }
}
