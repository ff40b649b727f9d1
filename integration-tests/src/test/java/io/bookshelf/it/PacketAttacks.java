package io.bookshelf.it;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** What is large, or many, or never finished: packets, frames, values, properties, requests. */
final class PacketAttacks {
    private static final int FRAME = 265_000;
    private static final String VALUE = "v".repeat(4_000);
    private static final String TOPIC = "t".repeat(65_000);

    private PacketAttacks() {}

    static Map<String, Attack> all() {
        Map<String, Attack> all = new TreeMap<>();
        all.put("aliases", new Attack(64, PacketAttacks::aliases));
        all.put("frames", new Attack(250, PacketAttacks::unfinishedFrames));
        all.put("packets", new Attack(250, PacketAttacks::unfinishedPackets));
        all.put("half-open", new Attack(2_000, PacketAttacks::halfOpen));
        all.put("properties", new Attack(300, PacketAttacks::properties));
        all.put("values", new Attack(30, PacketAttacks::values));
        all.put("requests", new Attack(500, PacketAttacks::unfinishedRequests));
        return all;
    }

    /** Topics that are longer than a key may be, each under an alias. */
    private static void aliases(Assault on, int round) throws IOException {
        RawMqtt client = on.client(Connect.v5("aliases-" + round));
        for (int alias = 1; alias <= 64; alias++) {
            Props props = new Props().with(Props.TOPIC_ALIAS, alias);
            client.publish(alias + TOPIC, Bytes.utf8("x"), 1, false, alias, props);
            Assault.answer(client);
        }
    }

    /** A frame before CONNECT that lacks its last byte. */
    private static void unfinishedFrames(Assault on, int round) throws IOException {
        Wire.Tcp tcp = on.tcp(on.target().web());
        WebSocketWire wire = WebSocketWire.open(tcp, on.target().host());
        byte[] frame = WebSocketWire.frame(2, new byte[FRAME]);
        byte[] most = Arrays.copyOf(frame, frame.length - 1);
        wire.writeRaw(most);
    }

    /** A packet behind CONNECT that lacks its last byte. */
    private static void unfinishedPackets(Assault on, int round) throws IOException {
        RawMqtt client = on.client(Connect.v5("unfinished-" + round));
        byte[] packet = RawMqtt.publishPacket(5, "a", new byte[FRAME], 1, true, false, 1, Props.none());
        client.send(Arrays.copyOf(packet, packet.length - FRAME / 256));
    }

    private static void halfOpen(Assault on, int round) throws IOException {
        byte[] connect = Connect.v5("half-" + "x".repeat(400)).toBytes();
        on.tcp(on.target().mqtt()).write(Arrays.copyOf(connect, 1 + on.random().nextInt(400)));
    }

    /** As many user properties as a packet holds, each of them empty: five bytes on the wire. */
    private static void properties(Assault on, int round) throws IOException {
        Props many = new Props();
        for (int i = 0; i < (round % 2 == 0 ? 12_000 : 50_000); i++) {
            many.user("", "");
        }
        if (round % 2 == 0) {
            byte[] body = new Bytes()
                    .string("MQTT")
                    .u8(5)
                    .u8(2)
                    .u16(0)
                    .raw(many.toBytes())
                    .string("properties-" + round)
                    .toArray();
            on.tcp(on.target().mqtt()).write(Bytes.packet(Packet.CONNECT, 0, body));
        } else {
            RawMqtt client = on.client(Connect.v5("properties-" + round));
            client.publish("properties/" + round % 16, Bytes.utf8("x"), 1, true, 1, many);
            Assault.answer(client);
        }
    }

    /** Keys that nobody asked for, 200 at a time. */
    private static void values(Assault on, int round) throws IOException {
        try (RawMqtt client = on.client(Connect.v5("values-" + round))) {
            for (int i = 1; i <= 200; i++) {
                client.publish("flood/" + on.random().nextInt(5_000), VALUE, 1, true, i);
            }
            for (int i = 1; i <= 200; i++) {
                Assault.answer(client);
            }
        }
    }

    /** Requests whose headers never end. */
    private static void unfinishedRequests(Assault on, int round) throws IOException {
        Wire.Tcp tcp = on.tcp(on.target().web());
        String start = "GET / HTTP/1.1\r\nHost: " + on.target().host() + "\r\n";
        tcp.write(Bytes.utf8(start + "X-Long: " + "x".repeat(7_000)));
    }
}
