package io.bookshelf.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds the bytes of a packet. Nothing is checked, so that wrong packets can be built as easily as right ones. */
final class Bytes {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Bytes u8(int value) {
        out.write(value);
        return this;
    }

    Bytes u16(int value) {
        return u8(value >>> 8).u8(value);
    }

    Bytes u32(long value) {
        return u16((int) (value >>> 16)).u16((int) value);
    }

    /** MQTT's variable byte integer. */
    Bytes varint(int value) {
        int rest = value;
        while (rest > 127) {
            u8(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        return u8(rest);
    }

    /** A string with its length before it. */
    Bytes string(String text) {
        return binary(utf8(text));
    }

    /** Bytes with their length before them. */
    Bytes binary(byte[] bytes) {
        return u16(bytes.length).raw(bytes);
    }

    Bytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    byte[] toArray() {
        return out.toByteArray();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A whole packet: the first byte, the remaining length, the body. */
    static byte[] packet(int type, int flags, byte[] body) {
        return new Bytes().u8(type << 4 | flags).varint(body.length).raw(body).toArray();
    }
}
