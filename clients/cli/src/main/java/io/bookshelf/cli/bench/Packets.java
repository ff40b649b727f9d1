package io.bookshelf.cli.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Encodes the packets that are sent once; those of the hot path are patched copies ({@link PutTemplate}). */
final class Packets {
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int SUBACK = 9;
    static final int DISCONNECT = 14;

    /** The largest remaining length that MQTT can say. */
    static final int MAX_REMAINING = 268_435_455;

    private Packets() {}

    /** A CONNECT with a clean session and without keep-alive. */
    static byte[] connect(Target target, String clientId) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeText(body, "MQTT");
        body.write(target.v5() ? 5 : 4);
        body.write(0x02 | (target.user() != null ? 0x80 : 0) | (target.password() != null ? 0x40 : 0));
        writeShort(body, 0);
        if (target.v5()) {
            body.write(0);
        }
        writeText(body, clientId);
        if (target.user() != null) {
            writeText(body, target.user());
        }
        if (target.password() != null) {
            writeText(body, target.password());
        }
        return packet(0x10, body);
    }

    /** A SUBSCRIBE to one filter, packet id 1. */
    static byte[] subscribe(Target target, String filter, int qos) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeShort(body, 1);
        if (target.v5()) {
            body.write(0);
        }
        writeText(body, filter);
        body.write(qos);
        return packet(0x82, body);
    }

    /** A DISCONNECT that asks for nothing more. */
    static byte[] disconnect() {
        return new byte[] {(byte) 0xE0, 0};
    }

    /** Writes {@code value} as MQTT's variable byte integer. */
    static void writeVarint(ByteArrayOutputStream out, int value) {
        if (value < 0 || value > MAX_REMAINING) {
            throw new IllegalArgumentException("no variable byte integer: " + value);
        }
        int rest = value;
        do {
            int digit = rest & 0x7F;
            rest >>>= 7;
            out.write(rest > 0 ? digit | 0x80 : digit);
        } while (rest > 0);
    }

    static void writeShort(ByteArrayOutputStream out, int value) {
        out.write(value >>> 8);
        out.write(value);
    }

    static void writeText(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        writeShort(out, utf8.length);
        out.writeBytes(utf8);
    }

    static byte[] packet(int first, ByteArrayOutputStream body) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream(body.size() + 5);
        packet.write(first);
        writeVarint(packet, body.size());
        packet.writeBytes(body.toByteArray());
        return packet.toByteArray();
    }
}
