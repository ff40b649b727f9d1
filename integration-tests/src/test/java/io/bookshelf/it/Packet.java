package io.bookshelf.it;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * A packet as it came.
 *
 * @param version the connection's protocol level: 3, 4 or 5
 * @param type MQTT's packet type
 * @param flags the low four bits of the first byte
 * @param body everything after the remaining length
 */
record Packet(int version, int type, int flags, byte[] body) {
    static final int CONNECT = 1;
    static final int CONNACK = 2;
    static final int PUBLISH = 3;
    static final int PUBACK = 4;
    static final int PUBREC = 5;
    static final int PUBREL = 6;
    static final int PUBCOMP = 7;
    static final int SUBSCRIBE = 8;
    static final int SUBACK = 9;
    static final int UNSUBSCRIBE = 10;
    static final int UNSUBACK = 11;
    static final int PINGREQ = 12;
    static final int PINGRESP = 13;
    static final int DISCONNECT = 14;
    static final int AUTH = 15;

    boolean dup() {
        return (flags & 8) != 0;
    }

    int qos() {
        return flags >>> 1 & 3;
    }

    boolean retain() {
        return (flags & 1) != 0;
    }

    /** The packet id, 0 for a packet without one. */
    int id() {
        ByteBuffer in = ByteBuffer.wrap(body);
        if (type == PUBLISH) {
            string(in);
            return qos() == 0 ? 0 : in.getShort() & 0xFFFF;
        }
        return in.getShort() & 0xFFFF;
    }

    String topic() {
        return string(ByteBuffer.wrap(body));
    }

    byte[] payload() {
        ByteBuffer in = afterId();
        if (version == 5) {
            Props.read(in);
        }
        return rest(in);
    }

    String text() {
        return new String(payload(), StandardCharsets.UTF_8);
    }

    /** The MQTT 5 properties; none where the packet ends before them. */
    Props props() {
        if (version != 5) {
            return Props.none();
        }
        ByteBuffer in =
                switch (type) {
                    case PUBLISH -> afterId();
                    case CONNACK -> ByteBuffer.wrap(body).position(2);
                    case PUBACK, PUBREC, PUBREL, PUBCOMP ->
                        ByteBuffer.wrap(body).position(Math.min(3, body.length));
                    case SUBACK, UNSUBACK -> ByteBuffer.wrap(body).position(2);
                    case DISCONNECT, AUTH -> ByteBuffer.wrap(body).position(Math.min(1, body.length));
                    default -> throw new IllegalStateException("no properties in " + this);
                };
        return in.hasRemaining() ? Props.read(in) : Props.none();
    }

    /** The reason or return code of a CONNACK, an acknowledgement or a DISCONNECT; 0 where it is left out. */
    int reason() {
        return switch (type) {
            case CONNACK -> body[1] & 0xFF;
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> body.length > 2 ? body[2] & 0xFF : 0;
            case DISCONNECT -> body.length > 0 ? body[0] & 0xFF : 0;
            default -> throw new IllegalStateException("no reason in " + this);
        };
    }

    /** The codes of a SUBACK or UNSUBACK. */
    int[] reasons() {
        ByteBuffer in = ByteBuffer.wrap(body).position(2);
        if (version == 5) {
            Props.read(in);
        }
        byte[] codes = rest(in);
        int[] reasons = new int[codes.length];
        for (int i = 0; i < codes.length; i++) {
            reasons[i] = codes[i] & 0xFF;
        }
        return reasons;
    }

    boolean sessionPresent() {
        return (body[0] & 1) != 0;
    }

    private ByteBuffer afterId() {
        ByteBuffer in = ByteBuffer.wrap(body);
        string(in);
        if (qos() > 0) {
            in.getShort();
        }
        return in;
    }

    static int varint(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.get();
            value |= (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    static String string(ByteBuffer in) {
        return new String(binary(in), StandardCharsets.UTF_8);
    }

    static byte[] binary(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return bytes;
    }

    private static byte[] rest(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return bytes;
    }

    @Override
    public String toString() {
        return "packet type " + type + " flags " + flags + " body "
                + HexFormat.of().formatHex(body, 0, Math.min(body.length, 200));
    }
}
