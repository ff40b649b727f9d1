package io.bookshelf.cli.bench;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * A QoS 1 retained PUBLISH, encoded once: every key has the same length, so a put is a copy with four fields patched.
 *
 * <p>The payload starts with the time at which it was meant to be sent (8 bytes, {@link System#nanoTime}), the key's
 * index (4) and the message's number (4), high byte first, and is filled up to its size.
 */
final class PutTemplate {
    /** The smallest payload that carries the fields above. */
    static final int MIN_SIZE = 16;

    static final int TIME = 0;
    static final int KEY = 8;
    static final int NUMBER = 12;
    private static final int DIGITS = 7;

    private final byte[] packet;
    private final int digitsAt;
    private final int idAt;
    private final int payloadAt;
    private final boolean carriesFields;

    /** A put of {@code size} bytes below {@code prefix}; size 0 makes a delete. */
    PutTemplate(boolean v5, String prefix, int size) {
        byte[] topic = (prefix + "/k" + "0".repeat(DIGITS)).getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        Packets.writeShort(body, topic.length);
        body.writeBytes(topic);
        Packets.writeShort(body, 0);
        if (v5) {
            body.write(0);
        }
        int payloadInBody = body.size();
        for (int i = 0; i < size; i++) {
            body.write('a' + i % 26);
        }
        packet = Packets.packet(0x33, body);
        int header = packet.length - body.size();
        digitsAt = header + 2 + topic.length - DIGITS;
        idAt = header + 2 + topic.length;
        payloadAt = header + payloadInBody;
        carriesFields = size >= MIN_SIZE;
    }

    int length() {
        return packet.length;
    }

    /** Writes the packet to {@code into} at {@code at}. */
    void write(byte[] into, int at, int key, int packetId, long time, int number) {
        System.arraycopy(packet, 0, into, at, packet.length);
        int rest = key;
        for (int i = DIGITS - 1; i >= 0; i--) {
            into[at + digitsAt + i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        into[at + idAt] = (byte) (packetId >>> 8);
        into[at + idAt + 1] = (byte) packetId;
        if (carriesFields) {
            writeInt(into, at + payloadAt + TIME, (int) (time >>> 32));
            writeInt(into, at + payloadAt + TIME + 4, (int) time);
            writeInt(into, at + payloadAt + KEY, key);
            writeInt(into, at + payloadAt + NUMBER, number);
        }
    }

    static long readLong(byte[] from, int at) {
        return (long) readInt(from, at) << 32 | readInt(from, at + 4) & 0xFFFF_FFFFL;
    }

    static int readInt(byte[] from, int at) {
        return (from[at] & 0xFF) << 24 | (from[at + 1] & 0xFF) << 16 | (from[at + 2] & 0xFF) << 8 | from[at + 3] & 0xFF;
    }

    private static void writeInt(byte[] into, int at, int value) {
        into[at] = (byte) (value >>> 24);
        into[at + 1] = (byte) (value >>> 16);
        into[at + 2] = (byte) (value >>> 8);
        into[at + 3] = (byte) value;
    }
}
