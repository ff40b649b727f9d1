package io.bookshelf.cli.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Arrays;

/**
 * Cuts the bytes of a connection into MQTT packets, in place: after {@link #next()} the accessors speak of the current
 * packet until the following {@link #next()} or {@link #readFrom}. Allocates only when a packet outgrows the buffer.
 */
final class PacketParser {
    private static final int INITIAL = 1 << 16;
    private static final int LARGEST = 1 << 24;

    private final boolean v5;
    private byte[] bytes = new byte[INITIAL];
    private ByteBuffer view = ByteBuffer.wrap(bytes);
    /** Where the first packet not yet returned starts, and where the bytes read so far end; start &lt;= end. */
    private int start;

    private int end;

    private int type;
    private int flags;
    private int bodyStart;
    private int bodyEnd;
    private int payloadStart;
    private int packetId;

    PacketParser(boolean v5) {
        this.v5 = v5;
    }

    /** Reads once from the channel; returns what its read returned. */
    int readFrom(ReadableByteChannel channel) throws IOException {
        makeRoom();
        view.limit(bytes.length).position(end);
        int read = channel.read(view);
        end += Math.max(read, 0);
        return read;
    }

    /**
     * Moves to the next complete packet; false if there is none yet.
     *
     * @throws BenchException if the bytes are not MQTT, or one packet is larger than 16 MiB
     */
    boolean next() {
        int at = start + 1;
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            if (at >= end) {
                return false;
            }
            int digit = bytes[at++];
            length |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                break;
            }
            if (shift == 21) {
                throw new BenchException("the broker sent something that is not MQTT (a remaining length of 5 bytes)");
            }
        }
        if (length > LARGEST) {
            throw new BenchException("the broker sent a packet of " + length + " bytes, more than any value here");
        }
        if (end - at < length) {
            return false;
        }
        type = (bytes[start] & 0xFF) >>> 4;
        flags = bytes[start] & 0x0F;
        bodyStart = at;
        bodyEnd = at + length;
        start = bodyEnd;
        if (type == Packets.PUBLISH) {
            parsePublish();
        } else if (type == Packets.PUBACK) {
            packetId = length >= 2 ? unsignedShort(bodyStart) : 0;
        }
        return true;
    }

    /** The packet type, 1 to 15. */
    int type() {
        return type;
    }

    /** The QoS of a PUBLISH. */
    int qos() {
        return flags >>> 1 & 3;
    }

    /** The packet id of a PUBLISH above QoS 0 or of a PUBACK; 0 where there is none. */
    int packetId() {
        return packetId;
    }

    /** The number of bytes after the fixed header. */
    int bodyLength() {
        return bodyEnd - bodyStart;
    }

    /** One byte of the body, unsigned. */
    int bodyByte(int index) {
        return bytes[bodyStart + index] & 0xFF;
    }

    /** Two bytes of the body, unsigned. */
    int bodyShort(int index) {
        return unsignedShort(bodyStart + index);
    }

    /** The number of payload bytes of a PUBLISH. */
    int payloadLength() {
        return bodyEnd - payloadStart;
    }

    /** Eight bytes of the payload, high byte first. */
    long payloadLong(int index) {
        return PutTemplate.readLong(bytes, payloadStart + index);
    }

    /** Four bytes of the payload, high byte first. */
    int payloadInt(int index) {
        return PutTemplate.readInt(bytes, payloadStart + index);
    }

    private void parsePublish() {
        int at = bodyStart + 2 + (bodyLength() < 2 ? 0 : unsignedShort(bodyStart));
        packetId = 0;
        if (qos() > 0 && at + 2 <= bodyEnd) {
            packetId = unsignedShort(at);
            at += 2;
        }
        if (v5) {
            int properties = 0;
            int shift = 0;
            int digit = 0x80;
            while (at < bodyEnd && (digit & 0x80) != 0 && shift <= 21) {
                digit = bytes[at++];
                properties |= (digit & 0x7F) << shift;
                shift += 7;
            }
            at += properties;
        }
        if (at > bodyEnd) {
            throw new BenchException("the broker sent a PUBLISH shorter than what it says of itself");
        }
        payloadStart = at;
    }

    private int unsignedShort(int at) {
        return (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
    }

    private void makeRoom() {
        if (start == end) {
            start = 0;
            end = 0;
        } else if (end == bytes.length) {
            if (start > 0) {
                System.arraycopy(bytes, start, bytes, 0, end - start);
                end -= start;
                start = 0;
            } else {
                bytes = Arrays.copyOf(bytes, bytes.length * 2);
                view = ByteBuffer.wrap(bytes);
            }
        }
    }
}
