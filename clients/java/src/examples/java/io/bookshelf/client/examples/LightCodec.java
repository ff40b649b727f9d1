package io.bookshelf.client.examples;

import io.bookshelf.client.Codec;
import io.bookshelf.client.CodecException;
import java.nio.charset.StandardCharsets;

/** A codec of one's own: {@code on 40}, {@code off 0}. */
// @start region="codec"
public final class LightCodec implements Codec<Light> {
    @Override
    public byte[] encode(Light light) {
        return ((light.on() ? "on " : "off ") + light.percent()).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public Light decode(byte[] bytes) throws CodecException {
        String text = new String(bytes, StandardCharsets.US_ASCII);
        if (!text.matches("(on|off) \\d{1,3}")) {
            throw new CodecException("a light is written as on 40, not " + text);
        }
        return new Light(text.startsWith("on"), Integer.parseInt(text.substring(text.indexOf(' ') + 1)));
    }
}
// @end
