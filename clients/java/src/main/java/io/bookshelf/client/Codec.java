package io.bookshelf.client;

/**
 * Turns values into bytes and back. Safe for use by many threads. {@link Codecs} has those for text, JSON and protobuf.
 *
 * {@snippet class="io.bookshelf.client.examples.LightCodec" region="codec" :
 * // @start region="codec"
 * public final class LightCodec implements Codec<Light> {
 *     @Override
 *     public byte[] encode(Light light) {
 *         return ((light.on() ? "on " : "off ") + light.percent()).getBytes(StandardCharsets.US_ASCII);
 *     }
 *
 *     @Override
 *     public Light decode(byte[] bytes) throws CodecException {
 *         String text = new String(bytes, StandardCharsets.US_ASCII);
 *         if (!text.matches("(on|off) \\d{1,3}")) {
 *             throw new CodecException("a light is written as on 40, not " + text);
 *         }
 *         return new Light(text.startsWith("on"), Integer.parseInt(text.substring(text.indexOf(' ') + 1)));
 *     }
 * }
 * // @end
 * }
 * }
 * }
 *
 * @param <T> what the bytes mean; never null
 */
public interface Codec<T> {
    /**
     * The bytes of a value; not empty, since an empty value deletes.
     *
     * @throws IllegalArgumentException if the value cannot be written so
     */
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
