package io.bookshelf.broker.mqtt;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Checks what Netty's decoder does not tell of the properties of a PUBLISH: those that do not belong there, and those that
 * stand there twice (MQTT 5, section 3.3.2.3).
 */
final class PublishProperties {
    private static final String BEYOND = "a malformed packet (a length in it points beyond its end)";

    private PublishProperties() {}

    /** What is wrong with the PUBLISH whose variable header starts at {@code at}; null for nothing. */
    static @Nullable String problem(ByteBuf packet, int at, int length, boolean hasPacketId) {
        int end = at + length;
        int next = at;
        if (end - next < 2) {
            return BEYOND;
        }
        next += 2 + packet.getUnsignedShort(next) + (hasPacketId ? 2 : 0);
        long varint = varint(packet, next, end);
        if (varint < 0) {
            return BEYOND;
        }
        next += (int) (varint >>> 32);
        int propertiesEnd = next + (int) varint;
        if (propertiesEnd > end) {
            return BEYOND;
        }
        long seen = 0;
        while (next < propertiesEnd) {
            int id = packet.getUnsignedByte(next++);
            boolean once = id != Properties.USER_PROPERTY && id != Properties.SUBSCRIPTION_ID;
            if (id < Long.SIZE && once && (seen & 1L << id) != 0) {
                return "property " + id + " stands twice in a PUBLISH";
            }
            seen |= id < Long.SIZE ? 1L << id : 0;
            int size = size(packet, id, next, propertiesEnd);
            if (size < 0) {
                return size == UNKNOWN ? "property " + id + " does not belong in a PUBLISH" : BEYOND;
            }
            next += size;
        }
        return next > propertiesEnd ? BEYOND : null;
    }

    private static final int UNKNOWN = -2;

    /** Bytes of the property's value; negative if it cannot be. */
    private static int size(ByteBuf packet, int id, int at, int end) {
        return switch (id) {
            case Properties.PAYLOAD_FORMAT -> 1;
            case Properties.MESSAGE_EXPIRY -> 4;
            case Properties.TOPIC_ALIAS -> 2;
            case Properties.CONTENT_TYPE, Properties.RESPONSE_TOPIC, Properties.CORRELATION_DATA ->
                text(packet, at, end);
            case Properties.USER_PROPERTY -> {
                int name = text(packet, at, end);
                int value = name < 0 ? -1 : text(packet, at + name, end);
                yield value < 0 ? -1 : name + value;
            }
            case Properties.SUBSCRIPTION_ID -> {
                long varint = varint(packet, at, end);
                yield varint < 0 ? -1 : (int) (varint >>> 32);
            }
            default -> UNKNOWN;
        };
    }

    private static int text(ByteBuf packet, int at, int end) {
        int size = end - at < 2 ? -1 : 2 + packet.getUnsignedShort(at);
        return size > end - at ? -1 : size;
    }

    /** The value in the low half, the bytes it takes in the high half; -1 if it does not end in time. */
    private static long varint(ByteBuf packet, int at, int end) {
        long value = 0;
        for (int i = 0; i < 4 && at + i < end; i++) {
            int digit = packet.getUnsignedByte(at + i);
            value |= (long) (digit & 0x7F) << 7 * i;
            if (digit < 0x80) {
                return (i + 1L) << 32 | value;
            }
        }
        return -1;
    }
}
