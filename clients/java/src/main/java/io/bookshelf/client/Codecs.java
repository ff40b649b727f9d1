package io.bookshelf.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The codecs that come along.
 *
 * {@snippet class="io.bookshelf.client.examples.ClientExamples" region="codecs" :
 * // @start region="codecs"
 * // record Light(boolean on, int percent) {}
 * var json = Codecs.json(Light.class);
 * shelf.put("rooms/attic", json.encode(new Light(true, 40)), PutOptions.DEFAULT.contentType(json.contentType()));
 * Light attic = shelf.get("rooms/attic").orElseThrow().as(json);
 * // @end
 * }
 */
public final class Codecs {
    private Codecs() {}

    /** The bytes as they are. */
    public static Codec<byte[]> bytes() {
        return new Codec<>() {
            @Override
            public byte[] encode(byte[] value) {
                return value.clone();
            }

            @Override
            public byte[] decode(byte[] bytes) {
                return bytes;
            }
        };
    }

    /** Text in UTF-8; bytes that are none are refused. */
    public static Codec<String> text() {
        return new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return value.getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(byte[] bytes) throws CodecException {
                try {
                    return StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString();
                } catch (CharacterCodingException e) {
                    throw new CodecException("the value is not UTF-8", e);
                }
            }

            @Override
            public String contentType() {
                return "text/plain";
            }
        };
    }

    /**
     * JSON, by Jackson ({@code jackson-databind} has to be on the class path); fields that the type does not know are
     * passed over, so that later versions may add some.
     */
    public static <T> Codec<T> json(Class<T> type) {
        return json(type, new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
    }

    /** JSON, by a mapper of one's own. */
    public static <T> Codec<T> json(Class<T> type, ObjectMapper mapper) {
        return new Codec<>() {
            @Override
            public byte[] encode(T value) {
                try {
                    return mapper.writeValueAsBytes(value);
                } catch (JsonProcessingException e) {
                    throw new IllegalArgumentException(type.getSimpleName() + " cannot be written as JSON", e);
                }
            }

            @Override
            public T decode(byte[] bytes) throws CodecException {
                T value;
                try {
                    value = mapper.readValue(bytes, type);
                } catch (IOException e) {
                    throw new CodecException("the value is not JSON of a " + type.getSimpleName(), e);
                }
                if (value == null) {
                    throw new CodecException("the value is JSON's null");
                }
                return value;
            }

            @Override
            public String contentType() {
                return "application/json";
            }
        };
    }

    /** A protobuf message, by its parser: {@code Codecs.protobuf(Light.parser())}. It may not have an empty encoding. */
    public static <T extends MessageLite> Codec<T> protobuf(Parser<T> parser) {
        return new Codec<>() {
            @Override
            public byte[] encode(T value) {
                return value.toByteArray();
            }

            @Override
            public T decode(byte[] bytes) throws CodecException {
                try {
                    return parser.parseFrom(bytes);
                } catch (InvalidProtocolBufferException e) {
                    throw new CodecException("the value is not the message that it should be", e);
                }
            }

            @Override
            public String contentType() {
                return "application/x-protobuf";
            }
        };
    }
}
