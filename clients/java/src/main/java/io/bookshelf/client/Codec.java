package io.bookshelf.client;

/**
 * Turns values into bytes and back. Safe for use by many threads.
 *
 * @param <T> what the bytes mean; never null
 */
public interface Codec<T> {
    /** The bytes of a value; not empty, since an empty value deletes. */
    byte[] encode(T value);

    /**
     * The value that the bytes mean.
     *
     * @throws CodecException if they mean none; anybody may have written them
     */
    T decode(byte[] bytes) throws CodecException;

    /** MQTT's content type of what {@link #encode} makes; empty for none. */
    default String contentType() {
        return "";
    }
}
