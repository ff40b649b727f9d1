package io.bookshelf.it;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An MQTT 3.1, 3.1.1 and 5 client that does what it is told and nothing else: it sends exact bytes, reads packets as they
 * are, and never acknowledges by itself. One thread may send while another reads.
 */
final class RawMqtt implements Closeable {
    /** How long an answer may take before a test fails; generous, since machines stall. */
    static final Duration PATIENCE = Duration.ofSeconds(30);

    static final String MARKER = "$bookshelf/snapshot/end";

    private static final int CHUNK = 16_384;

    private final Wire wire;
    private final byte[] chunk = new byte[CHUNK];
    private int version;
    private ByteBuffer pending = ByteBuffer.allocate(0);

    private RawMqtt(Wire wire, int version) {
        this.wire = wire;
        this.version = version;
    }

    static RawMqtt over(Wire wire) {
        return new RawMqtt(wire, 5);
    }

    /** A TCP connection on which nothing has been sent. */
    static RawMqtt tcp(InetSocketAddress to) {
        return tcp(to, 0);
    }

    /** A TCP connection with a receive buffer of that many bytes, 0 for the system's choice. */
    static RawMqtt tcp(InetSocketAddress to, int receiveBuffer) {
        try {
            return over(Wire.tcp(to, receiveBuffer));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot connect to " + to, e);
        }
    }

    /** Connects and expects to be accepted. */
    static RawMqtt connected(InetSocketAddress to, Connect connect) {
        RawMqtt client = tcp(to);
        Packet connack = client.connect(connect);
        if (connack.reason() != 0) {
            throw new AssertionError("refused: " + connack);
        }
        return client;
    }

    /** Sends the CONNECT and returns the CONNACK. */
    Packet connect(Connect connect) {
        version = connect.version;
        send(connect.toBytes());
        return expect(Packet.CONNACK);
    }

    void version(int level) {
        version = level;
    }

    synchronized void send(byte[] bytes) {
        try {
            wire.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void publish(String topic, String payload, int qos, boolean retain, int id) {
        send(publishPacket(version, topic, Bytes.utf8(payload), qos, retain, false, id, Props.none()));
    }

    void publish(String topic, byte[] payload, int qos, boolean retain, int id, Props props) {
        send(publishPacket(version, topic, payload, qos, retain, false, id, props));
    }

    static byte[] publishPacket(
            int version, String topic, byte[] payload, int qos, boolean retain, boolean dup, int id, Props props) {
        Bytes body = new Bytes().string(topic);
        if (qos > 0) {
            body.u16(id);
        }
        if (version == 5) {
            body.raw(props.toBytes());
        }
        return Bytes.packet(
                Packet.PUBLISH,
                (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0),
                body.raw(payload).toArray());
    }

    /** Publishes with QoS 1 and waits for the PUBACK, which it returns. The connection must have no other traffic. */
    Packet put(String key, String value) {
        publish(key, value, 1, true, 77);
        return expect(Packet.PUBACK);
    }

    /** PUBACK, PUBREC, PUBREL or PUBCOMP. */
    void ack(int type, int id) {
        send(Bytes.packet(
                type, type == Packet.PUBREL ? 2 : 0, new Bytes().u16(id).toArray()));
    }

    void sendSubscribe(int id, Props props, int options, String... filters) {
        Bytes body = new Bytes().u16(id);
        if (version == 5) {
            body.raw(props.toBytes());
        }
        for (String filter : filters) {
            body.string(filter).u8(options);
        }
        send(Bytes.packet(Packet.SUBSCRIBE, 2, body.toArray()));
    }

    /** Subscribes with a QoS, expects the SUBACK to be the next packet and to grant every filter. */
    void subscribe(int qos, String... filters) {
        sendSubscribe(1, Props.none(), qos, filters);
        for (int reason : expect(Packet.SUBACK).reasons()) {
            if (reason != qos) {
                throw new AssertionError("subscription refused: " + reason);
            }
        }
    }

    /**
     * Subscribes and returns the snapshot: what came until the end-of-snapshot marker, which is asked for in the same
     * SUBSCRIBE. The options hold for every filter.
     */
    List<Packet> snapshot(int options, String... filters) {
        Bytes body = new Bytes().u16(1);
        if (version == 5) {
            body.u8(0);
        }
        for (String filter : filters) {
            body.string(filter).u8(options);
        }
        body.string(MARKER).u8(0);
        send(Bytes.packet(Packet.SUBSCRIBE, 2, body.toArray()));
        expect(Packet.SUBACK);
        if (System.getProperty("bookshelf.it.broker") != null) {
            ping(); // another broker knows no marker, but answers a ping behind the snapshot
        }
        List<Packet> packets = new ArrayList<>();
        while (true) {
            Packet packet = next(PATIENCE);
            if (packet == null) {
                throw new AssertionError("closed before the end of the snapshot, after " + packets.size());
            }
            if (packet.type() != Packet.PUBLISH || packet.topic().equals(MARKER)) {
                return packets;
            }
            if (packet.qos() == 1) {
                ack(Packet.PUBACK, packet.id());
            }
            packets.add(packet);
        }
    }

    void sendUnsubscribe(int id, String... filters) {
        Bytes body = new Bytes().u16(id);
        if (version == 5) {
            body.u8(0);
        }
        for (String filter : filters) {
            body.string(filter);
        }
        send(Bytes.packet(Packet.UNSUBSCRIBE, 2, body.toArray()));
    }

    void ping() {
        send(Bytes.packet(Packet.PINGREQ, 0, new byte[0]));
    }

    /** A round trip: whatever was sent before has been dealt with. Fails if anything but the answer comes. */
    void pingPong() {
        ping();
        expect(Packet.PINGRESP);
    }

    void disconnect() {
        send(Bytes.packet(Packet.DISCONNECT, 0, new byte[0]));
    }

    /** The next packet, which must be of that type. */
    Packet expect(int type) {
        Packet packet = next(PATIENCE);
        if (packet == null) {
            throw new AssertionError("the connection was closed, instead of a packet of type " + type);
        }
        if (packet.type() != type) {
            throw new AssertionError("a packet of type " + type + " was expected: " + packet);
        }
        return packet;
    }

    /** Waits until the unit closes the connection; returns the DISCONNECT that it sent before, if any. */
    @Nullable
    Packet expectClosed() {
        Packet last = null;
        for (Packet packet = next(PATIENCE); packet != null; packet = next(PATIENCE)) {
            last = packet;
        }
        return last != null && last.type() == Packet.DISCONNECT ? last : null;
    }

    /** The next packet, whatever it is; fails if the unit closes the connection instead. */
    Packet answer() {
        Packet packet = next(PATIENCE);
        if (packet == null) {
            throw new AssertionError("the connection was closed without an answer");
        }
        return packet;
    }

    /** The DISCONNECT with which the unit ends the connection; fails if it does so without one. */
    Packet expectDisconnect() {
        Packet disconnect = expectClosed();
        if (disconnect == null) {
            throw new AssertionError("closed without a DISCONNECT");
        }
        return disconnect;
    }

    /** The next packet; null when the unit has closed the connection. Fails when neither comes in time. */
    @Nullable
    Packet next(Duration timeout) {
        try {
            return read(timeout);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing came within " + timeout, e);
        } catch (IOException reset) {
            return null;
        }
    }

    /** The next packet; null if none comes in that time. Fails if the unit closes the connection. */
    @Nullable
    Packet poll(Duration timeout) {
        try {
            Packet packet = read(timeout);
            if (packet == null) {
                throw new AssertionError("the connection was closed");
            }
            return packet;
        } catch (SocketTimeoutException nothing) {
            return null;
        } catch (IOException reset) {
            throw new AssertionError("the connection was reset", reset);
        }
    }

    /** The next packet; null if none comes in that time, or the connection ends. */
    @Nullable
    Packet within(Duration timeout) {
        try {
            return read(timeout);
        } catch (IOException nothingOrTheEnd) {
            return null;
        }
    }

    private @Nullable Packet read(Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            Packet packet = parse();
            if (packet != null) {
                return packet;
            }
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (!left.isPositive()) {
                throw new SocketTimeoutException();
            }
            if (!fill(left, CHUNK)) {
                return null;
            }
        }
    }

    /** Reads at most so many bytes into the buffer, as a slow client does; false at the end of the stream. */
    boolean fill(Duration timeout, int most) throws IOException {
        byte[] chunk = most < CHUNK ? new byte[most] : this.chunk;
        int count = wire.read(chunk, timeout);
        if (count < 0) {
            return false;
        }
        ByteBuffer longer = ByteBuffer.allocate(pending.remaining() + count);
        pending = longer.put(pending).put(chunk, 0, count).flip();
        return true;
    }

    /** A packet that has been read in full already, or null. */
    @Nullable
    Packet parse() {
        int length = 0;
        int head = pending.position() + 1;
        for (int shift = 0; ; shift += 7) {
            if (head >= pending.limit()) {
                return null;
            }
            int next = pending.get(head++);
            length |= (next & 0x7F) << shift;
            if (next >= 0) {
                break;
            }
        }
        if (pending.limit() - head < length) {
            return null;
        }
        int first = pending.get() & 0xFF;
        byte[] body = Arrays.copyOfRange(pending.array(), head, head + length);
        pending.position(head + length);
        return new Packet(version, first >>> 4, first & 15, body);
    }

    /** Ends the connection without a word. */
    void reset() {
        if (wire instanceof Wire.Tcp tcp) {
            tcp.reset();
        } else {
            wire.close();
        }
    }

    @Override
    public void close() {
        wire.close();
    }
}
