package io.bookshelf.it;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** MQTT over a WebSocket, on a plain socket so that frames can be cut and malformed at will. */
final class WebSocketWire implements Wire {
    private static final byte[] MASK = {1, 2, 3, 4};

    private final Wire.Tcp tcp;
    private final byte[] chunk = new byte[8_192];
    private ByteBuffer raw = ByteBuffer.allocate(0);
    private ByteBuffer payload = ByteBuffer.allocate(0);

    private WebSocketWire(Wire.Tcp tcp) {
        this.tcp = tcp;
    }

    /** Opens {@code /mqtt} with the handshake of {@link #handshake}; fails on any answer but 101. */
    static WebSocketWire open(Wire.Tcp tcp, String host) throws IOException {
        tcp.write(handshake(host, ""));
        WebSocketWire wire = new WebSocketWire(tcp);
        String answer = wire.readHead(RawMqtt.PATIENCE);
        if (!answer.startsWith("HTTP/1.1 101")) {
            throw new IOException("no WebSocket: " + answer);
        }
        return wire;
    }

    /** A handshake request; {@code more} is further header lines, each with its line end. */
    static byte[] handshake(String host, String more) {
        return Bytes.utf8("GET /mqtt HTTP/1.1\r\nHost: " + host
                + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n" + more + "\r\n");
    }

    /** A masked frame, opcode 1 for text and 2 for binary. */
    static byte[] frame(int opcode, byte[] bytes) {
        Bytes frame = new Bytes().u8(0x80 | opcode);
        if (bytes.length < 126) {
            frame.u8(0x80 | bytes.length);
        } else if (bytes.length < 65_536) {
            frame.u8(0x80 | 126).u16(bytes.length);
        } else {
            frame.u8(0x80 | 127).u32(0).u32(bytes.length);
        }
        frame.raw(MASK);
        for (int i = 0; i < bytes.length; i++) {
            frame.u8(bytes[i] ^ MASK[i & 3]);
        }
        return frame.toArray();
    }

    /** Sends bytes as they are, past the framing. */
    void writeRaw(byte[] bytes) throws IOException {
        tcp.write(bytes);
    }

    @Override
    public void write(byte[] bytes) throws IOException {
        tcp.write(frame(2, bytes));
    }

    @Override
    public int read(byte[] into, Duration timeout) throws IOException {
        try {
            while (!payload.hasRemaining()) {
                if (!readFrame(timeout)) {
                    return -1;
                }
            }
        } catch (EOFException end) {
            return -1;
        }
        int count = Math.min(into.length, payload.remaining());
        payload.get(into, 0, count);
        return count;
    }

    /** Reads one frame; false at a close frame. A time-out between the bytes of a frame loses nothing. */
    private boolean readFrame(Duration timeout) throws IOException {
        need(2, timeout);
        int length = raw.get(raw.position() + 1) & 0x7F;
        int head = length == 126 ? 4 : length == 127 ? 10 : 2;
        need(head, timeout);
        if (length == 126) {
            length = raw.getShort(raw.position() + 2) & 0xFFFF;
        } else if (length == 127) {
            length = (int) raw.getLong(raw.position() + 2);
        }
        need(head + length, timeout);
        int opcode = raw.get(raw.position()) & 0x0F;
        byte[] bytes = new byte[length];
        raw.position(raw.position() + head);
        raw.get(bytes);
        if (opcode <= 2) {
            payload = ByteBuffer.wrap(bytes);
        }
        return opcode != 8;
    }

    private void need(int count, Duration timeout) throws IOException {
        while (raw.remaining() < count) {
            int read = tcp.read(chunk, timeout);
            if (read < 0) {
                throw new EOFException();
            }
            ByteBuffer longer = ByteBuffer.allocate(raw.remaining() + read);
            raw = longer.put(raw).put(chunk, 0, read).flip();
        }
    }

    private String readHead(Duration timeout) throws IOException {
        StringBuilder head = new StringBuilder();
        try {
            while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
                need(1, timeout);
                head.append((char) raw.get());
            }
        } catch (EOFException end) {
            // the answer is what came
        }
        return head.toString();
    }

    @Override
    public void close() {
        tcp.close();
    }
}
