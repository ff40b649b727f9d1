package io.bookshelf.it;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Real packets with something wrong about them. */
final class Mutator {
    private final Random random;
    private final String clientId;
    private final Map<Integer, List<byte[]>> corpus = new HashMap<>();

    /** @param clientId of its connections: those with the same one end each other */
    Mutator(Random random, String clientId) {
        this.random = random;
        this.clientId = clientId;
        for (int version = 3; version <= 5; version++) {
            corpus.put(version, packets(version));
        }
    }

    private static List<byte[]> packets(int version) {
        List<byte[]> packets = new ArrayList<>();
        for (int qos = 0; qos <= 2; qos++) {
            packets.add(RawMqtt.publishPacket(
                    version, "fuzz/" + qos, Bytes.utf8("value"), qos, qos != 1, qos == 2, 7, Props.none()));
        }
        for (int type : new int[] {Packet.PUBACK, Packet.PUBREC, Packet.PUBREL, Packet.PUBCOMP}) {
            packets.add(Bytes.packet(type, type == Packet.PUBREL ? 2 : 0, new byte[] {0, 7}));
        }
        Bytes subscribe = new Bytes().u16(3);
        Bytes unsubscribe = new Bytes().u16(4);
        if (version == 5) {
            subscribe.raw(Props.none().with(Props.SUBSCRIPTION_ID, 5).toBytes());
            unsubscribe.u8(0);
            packets.add(withProperties());
            packets.add(Bytes.packet(Packet.PUBACK, 0, new byte[] {0, 7, 0x10, 0}));
        }
        subscribe.string("fuzz/#").u8(1).string("$share/g/fuzz/+").u8(0);
        subscribe.string(RawMqtt.MARKER).u8(0);
        packets.add(Bytes.packet(Packet.SUBSCRIBE, 2, subscribe.toArray()));
        unsubscribe.string("fuzz/#");
        packets.add(Bytes.packet(Packet.UNSUBSCRIBE, 2, unsubscribe.toArray()));
        packets.add(Bytes.packet(Packet.PINGREQ, 0, new byte[0]));
        return packets;
    }

    private static byte[] withProperties() {
        Props props = Props.none()
                .with(Props.CONTENT_TYPE, "text/plain")
                .with(Props.RESPONSE_TOPIC, "fuzz/answer")
                .with(Props.CORRELATION_DATA, new byte[] {1, 2})
                .with(Props.MESSAGE_EXPIRY, 60)
                .with(Props.TOPIC_ALIAS, 1)
                .user("name", "value");
        return RawMqtt.publishPacket(5, "fuzz/props", Bytes.utf8("value"), 1, true, false, 9, props);
    }

    /** What begins a connection: mostly a CONNECT as it should be. */
    byte[] first(int version) {
        return random.nextInt(10) > 0 ? connect(version) : spoil(connect(version), version);
    }

    /** A packet for a connection of this version: as it should be, wrong, or of the kinds that end it. */
    byte[] next(int version) {
        byte[] packet =
                switch (random.nextInt(100)) {
                    case 0 -> connect(version);
                    case 1 -> Bytes.packet(Packet.DISCONNECT, 0, version == 5 ? new byte[] {4, 0} : new byte[0]);
                    case 2 -> Bytes.packet(Packet.AUTH, 0, new byte[] {0x18, 0});
                    default -> any(version);
                };
        return spoil(packet, version);
    }

    private byte[] any(int version) {
        List<byte[]> packets = Objects.requireNonNull(corpus.get(version));
        return packets.get(random.nextInt(packets.size())).clone();
    }

    private byte[] connect(int version) {
        Connect connect = Connect.of(version, clientId);
        if (random.nextInt(8) == 0) {
            connect.will("fuzz/will", "gone", 1, true);
        }
        if (version == 5) {
            connect.with(Props.RECEIVE_MAXIMUM, 10).with(Props.TOPIC_ALIAS_MAXIMUM, 5);
        }
        return connect.toBytes();
    }

    private byte[] spoil(byte[] whole, int version) {
        byte[] packet = whole;
        int changes = new int[] {0, 0, 0, 0, 1, 1, 1, 1, 2, 3}[random.nextInt(10)];
        for (int i = 0; i < changes && packet.length > 0; i++) {
            packet = mutate(packet, version);
        }
        if (packet.length > 1 && random.nextInt(8) > 0) {
            // a remaining length that is right lets the rest of the packet be looked at
            byte[] body = Arrays.copyOfRange(packet, 2, packet.length);
            packet = Bytes.packet((packet[0] & 0xFF) >>> 4, packet[0] & 15, body);
        }
        return packet;
    }

    private byte[] mutate(byte[] packet, int version) {
        int at = random.nextInt(packet.length);
        return switch (random.nextInt(8)) {
            case 0 -> with(packet, at, packet[at] ^ 1 << random.nextInt(8));
            case 1 -> with(packet, at, random.nextInt(256));
            case 2 -> with(packet, at, new int[] {0, 1, 127, 128, 255}[random.nextInt(5)]);
            case 3 -> Arrays.copyOf(packet, at);
            case 4 -> splice(packet, at, packet, at + Math.min(4, packet.length - at));
            case 5 -> splice(packet, at, any(version), 0);
            case 6 -> splice(packet, at, packet, random.nextInt(packet.length));
            default -> {
                byte[] noise = new byte[random.nextInt(30)];
                random.nextBytes(noise);
                yield splice(packet, at, noise, 0);
            }
        };
    }

    private static byte[] with(byte[] packet, int at, int value) {
        packet[at] = (byte) value;
        return packet;
    }

    /** The start of one packet and the end of another. */
    private static byte[] splice(byte[] head, int headEnd, byte[] tail, int tailStart) {
        return new Bytes()
                .raw(Arrays.copyOf(head, headEnd))
                .raw(Arrays.copyOfRange(tail, Math.min(tailStart, tail.length), tail.length))
                .toArray();
    }
}
