package io.bookshelf.cli.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Locale;

/** One MQTT connection: a non-blocking socket, what was read of it, and what waits to be written. */
final class Link {
    private static final int CONNECT_TIMEOUT_MILLIS = 5_000;
    /** A paced load goes on when the broker stops reading; this bounds what it may pile up here. */
    private static final int MAX_OUT = 1 << 27;

    private final Target target;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final PacketHandler handler;
    private final PacketParser parser;
    private byte[] out = new byte[1 << 16];
    private ByteBuffer outView = ByteBuffer.wrap(out);
    /** What is still to be written is out[outStart, outEnd). */
    private int outStart;

    private int outEnd;
    private boolean accepted;
    private boolean subscribed;
    private int receiveMaximum = 65_535;

    private Link(Target target, SocketChannel channel, Selector selector, PacketHandler handler) throws IOException {
        this.target = target;
        this.channel = channel;
        this.handler = handler;
        this.parser = new PacketParser(target.v5());
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    /** Connects the socket and sends the CONNECT; {@link #accepted()} follows. */
    static Link open(Target target, Selector selector, String clientId, PacketHandler handler) {
        try {
            SocketChannel channel = SocketChannel.open();
            try {
                InetSocketAddress address = new InetSocketAddress(target.host(), target.port());
                if (address.isUnresolved()) {
                    throw new BenchException("no such host: " + target.host());
                }
                channel.socket().connect(address, CONNECT_TIMEOUT_MILLIS);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(false);
                Link link = new Link(target, channel, selector, handler);
                link.send(Packets.connect(target, clientId));
                return link;
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new BenchException("no broker answers at " + target.name() + ": " + e.getMessage(), e);
        }
    }

    boolean accepted() {
        return accepted;
    }

    boolean subscribed() {
        return subscribed;
    }

    /** How many unacknowledged puts the broker allows (MQTT 5; 65,535 otherwise). */
    int receiveMaximum() {
        return receiveMaximum;
    }

    /** Appends a put without writing it to the socket yet: {@link #flush()} does. */
    void append(PutTemplate template, int keyIndex, int packetId, long time, int number) {
        reserve(template.length());
        template.write(out, outEnd, keyIndex, packetId, time, number);
        outEnd += template.length();
    }

    /** Appends the acknowledgement of a QoS 1 message. */
    void appendAck(int packetId) {
        reserve(4);
        out[outEnd++] = 0x40;
        out[outEnd++] = 2;
        out[outEnd++] = (byte) (packetId >>> 8);
        out[outEnd++] = (byte) packetId;
    }

    void send(byte[] packet) {
        reserve(packet.length);
        System.arraycopy(packet, 0, out, outEnd, packet.length);
        outEnd += packet.length;
        flush();
    }

    /** Writes what the socket takes; the rest goes when it takes more. */
    void flush() {
        if (outStart == outEnd) {
            return;
        }
        try {
            outView.limit(outEnd).position(outStart);
            outStart += channel.write(outView);
        } catch (IOException e) {
            throw lost(e);
        }
        if (outStart == outEnd) {
            outStart = 0;
            outEnd = 0;
            interest(SelectionKey.OP_READ);
        } else {
            interest(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    /** Reads and writes as the key says, and hands the packets over. */
    void ready(SelectionKey ready) {
        if (ready.isWritable()) {
            flush();
        }
        if (!ready.isReadable()) {
            return;
        }
        int read;
        try {
            read = parser.readFrom(channel);
        } catch (IOException e) {
            throw lost(e);
        }
        long now = System.nanoTime();
        while (parser.next()) {
            handle(now);
        }
        if (read < 0) {
            throw new BenchException("the broker at " + target.name() + " closed the connection");
        }
        handler.readEnded(this);
        flush();
    }

    /** Nothing has come in for a while on any connection of the loop. */
    void quiet() {
        handler.quiet(this);
        flush();
    }

    /** Says goodbye and closes; a connection that is already lost is no matter. */
    void close() {
        try (channel) {
            if (outStart == outEnd && channel.isConnected()) {
                channel.write(ByteBuffer.wrap(Packets.disconnect()));
            }
        } catch (IOException e) {
            // The broker has gone first: there is nobody left to say goodbye to.
        }
    }

    private void handle(long now) {
        switch (parser.type()) {
            case Packets.PUBLISH, Packets.PUBACK -> handler.packet(this, parser, now);
            case Packets.CONNACK -> acceptedOrRefused();
            case Packets.SUBACK -> {
                if (parser.bodyByte(parser.bodyLength() - 1) >= 0x80) {
                    throw new BenchException("the broker at " + target.name() + " refused a subscription");
                }
                subscribed = true;
            }
            case Packets.DISCONNECT -> {
                int reason = parser.bodyLength() > 0 ? parser.bodyByte(0) : 0;
                throw new BenchException(String.format(
                        Locale.ROOT, "the broker at %s disconnected with reason 0x%02X", target.name(), reason));
            }
            default -> {}
        }
    }

    private void acceptedOrRefused() {
        int code = parser.bodyLength() >= 2 ? parser.bodyByte(1) : 0xFF;
        if (code != 0) {
            boolean rights = code == 4 || code == 5 || code == 0x86 || code == 0x87;
            throw new BenchException(String.format(
                    Locale.ROOT,
                    "the broker at %s refused the connection with code 0x%02X%s",
                    target.name(),
                    code,
                    rights ? ": give --user and --password" : ""));
        }
        if (target.v5()) {
            receiveMaximum = ConnackProperties.receiveMaximum(parser);
        }
        accepted = true;
    }

    private void reserve(int more) {
        if (outEnd + more <= out.length) {
            return;
        }
        System.arraycopy(out, outStart, out, 0, outEnd - outStart);
        outEnd -= outStart;
        outStart = 0;
        if (outEnd + more > MAX_OUT) {
            throw new BenchException("the broker at " + target.name() + " has stopped reading");
        }
        if (outEnd + more > out.length) {
            out = Arrays.copyOf(out, Math.max(out.length * 2, outEnd + more));
            outView = ByteBuffer.wrap(out);
        }
    }

    private void interest(int wanted) {
        if (key.isValid() && key.interestOps() != wanted) {
            key.interestOps(wanted);
        }
    }

    private BenchException lost(IOException e) {
        return new BenchException("the connection to " + target.name() + " was lost: " + e.getMessage(), e);
    }
}
