package io.bookshelf.it;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Real packets with something wrong about them. */
final class Mutator {
    private final Random random;
    private final List<byte[]> corpus = new ArrayList<>();

    Mutator(Random random) {
        this.random = random;
        for (int version = 3; version <= 5; version++) {
            add(version);
        }
        Props props = Props.none()
                .with(Props.CONTENT_TYPE, "text/plain")
                .with(Props.CORRELATION_DATA, new byte[] {1, 2})
                .with(Props.MESSAGE_EXPIRY, 60)
                .with(Props.TOPIC_ALIAS, 1)
                .user("name", "value");
        corpus.add(RawMqtt.publishPacket(5, "fuzz/props", Bytes.utf8("value"), 1, true, false, 9, props));
        corpus.add(Bytes.packet(Packet.DISCONNECT, 0, new byte[] {4, 0}));
        corpus.add(Bytes.packet(Packet.AUTH, 0, new byte[] {0x18, 0}));
    }

    private void add(int version) {
        corpus.add(connect(version));
        for (int qos = 0; qos <= 2; qos++) {
            corpus.add(RawMqtt.publishPacket(
                    version, "fuzz/" + qos, Bytes.utf8("value"), qos, qos != 1, qos == 2, 7, Props.none()));
        }
        for (int type : new int[] {Packet.PUBACK, Packet.PUBREC, Packet.PUBREL, Packet.PUBCOMP}) {
            corpus.add(Bytes.packet(type, type == Packet.PUBREL ? 2 : 0, new byte[] {0, 7}));
        }
        Bytes subscribe = new Bytes().u16(3);
        Bytes unsubscribe = new Bytes().u16(4);
        if (version == 5) {
            subscribe.raw(Props.none().with(Props.SUBSCRIPTION_ID, 5).toBytes());
            unsubscribe.u8(0);
        }
        subscribe
                .string("fuzz/#")
                .u8(1)
                .string("$share/g/fuzz/+")
                .u8(0)
                .string(RawMqtt.MARKER)
                .u8(0);
        corpus.add(Bytes.packet(Packet.SUBSCRIBE, 2, subscribe.toArray()));
        corpus.add(
                Bytes.packet(Packet.UNSUBSCRIBE, 2, unsubscribe.string("fuzz/#").toArray()));
        corpus.add(Bytes.packet(Packet.PINGREQ, 0, new byte[0]));
    }

    static byte[] connect(int version) {
        Connect connect = Connect.of(version, "fuzz").will("fuzz/will", "gone", 1, true);
        if (version == 5) {
            connect.with(Props.RECEIVE_MAXIMUM, 10).with(Props.TOPIC_ALIAS_MAXIMUM, 5);
        }
        return connect.toBytes();
    }

    byte[] next() {
        byte[] packet = corpus.get(random.nextInt(corpus.size())).clone();
        int changes = random.nextInt(4);
        for (int i = 0; i < changes && packet.length > 0; i++) {
            packet = mutate(packet);
        }
        if (packet.length > 1 && random.nextInt(3) > 0) {
            // a remaining length that is right lets the rest of the packet be looked at
            byte[] body = Arrays.copyOfRange(packet, 2, packet.length);
            packet = Bytes.packet((packet[0] & 0xFF) >>> 4, packet[0] & 15, body);
        }
        return packet;
    }

    private byte[] mutate(byte[] packet) {
        int at = random.nextInt(packet.length);
        return switch (random.nextInt(8)) {
            case 0 -> with(packet, at, packet[at] ^ 1 << random.nextInt(8));
            case 1 -> with(packet, at, random.nextInt(256));
            case 2 -> with(packet, at, new int[] {0, 1, 127, 128, 255}[random.nextInt(5)]);
            case 3 -> Arrays.copyOf(packet, at);
            case 4 -> splice(packet, at, packet, at + Math.min(4, packet.length - at));
            case 5 -> splice(packet, at, corpus.get(random.nextInt(corpus.size())), 0);
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
