package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The web port: pages, who may open a WebSocket, frames in every shape, and what is no HTTP at all. */
final class WebIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    @AfterEach
    void everybodyElseIsStillServed() {
        UNITS.webSocket(unit).connect(Connect.v5(""));
    }

    private static String host() {
        return "127.0.0.1:" + unit.web().getPort();
    }

    private static Wire.Tcp open() {
        try {
            return UNITS.closing(Wire.tcp(unit.web(), 0));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Everything that comes until the unit closes or the body of the announced length is there. */
    private static String answer(byte[] request) throws IOException {
        Wire.Tcp wire = open();
        wire.write(request);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] chunk = new byte[8_192];
        while (!all.toString(StandardCharsets.ISO_8859_1).contains("\r\n\r\n")) {
            int count;
            try {
                count = wire.read(chunk, RawMqtt.PATIENCE);
            } catch (java.net.SocketException reset) {
                break;
            }
            if (count < 0) {
                break;
            }
            all.write(chunk, 0, count);
        }
        return all.toString(StandardCharsets.ISO_8859_1);
    }

    private static int status(String request) throws IOException {
        return status(Bytes.utf8(request));
    }

    /** The status code; 0 if the connection was closed without one. */
    private static int status(byte[] request) throws IOException {
        String answer = answer(request);
        return answer.isEmpty() ? 0 : Integer.parseInt(answer.substring(9, 12));
    }

    @Test
    void servesItsPagesToItsOwnNames() throws IOException {
        for (String path : List.of("/", "/healthz", "/metrics")) {
            for (String name : List.of(host(), "localhost:" + unit.web().getPort())) {
                assertThat(status("GET " + path + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n"))
                        .as(path + " at " + name)
                        .isEqualTo(200);
            }
        }
        assertThat(status("GET /nothing HTTP/1.1\r\nHost: " + host() + "\r\n\r\n"))
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "[::2]", "a b"})
    void refusesEveryOtherHost(String name) throws IOException {
        for (String path : List.of("/", "/healthz", "/metrics")) {
            assertThat(status("GET " + path + " HTTP/1.1\r\nHost: " + name + "\r\n\r\n"))
                    .as(path)
                    .isIn(400, 403, 421);
        }
        assertThat(status(WebSocketWire.handshake(name, ""))).isIn(400, 403, 421);
    }

    @Test
    void refusesARequestWithNoHostOrTwo() throws IOException {
        assertThat(status("GET / HTTP/1.1\r\n\r\n")).isIn(400, 403, 421);
        assertThat(status("GET / HTTP/1.1\r\nHost: " + host() + "\r\nHost: evil.example\r\n\r\n"))
                .isIn(400, 403, 421);
    }

    @Test
    void opensAWebSocketToItsOwnPageAndToProgramsOnly() throws IOException {
        assertThat(status(WebSocketWire.handshake(host(), ""))).isEqualTo(101);
        assertThat(status(WebSocketWire.handshake(host(), "Origin: http://" + host() + "\r\n")))
                .isEqualTo(101);
        for (String origin : List.of(
                "null",
                "http://evil.example",
                "https://" + host() + ".evil.example",
                "http://127.0.0.1:1",
                "file://",
                "")) {
            assertThat(status(WebSocketWire.handshake(host(), "Origin: " + origin + "\r\n")))
                    .as("Origin: " + origin)
                    .isEqualTo(403);
        }
    }

    @Test
    void framesMayBeCutAtEveryByte() throws IOException {
        byte[] connect = WebSocketWire.frame(2, Connect.v5("cutframe").toBytes());
        for (int cut = 1; cut < connect.length; cut++) {
            WebSocketWire wire = WebSocketWire.open(open(), host());
            wire.writeRaw(Arrays.copyOf(connect, cut));
            wire.writeRaw(Arrays.copyOfRange(connect, cut, connect.length));
            RawMqtt client = RawMqtt.over(wire);
            assertThat(client.expect(Packet.CONNACK).reason()).isZero();
            client.close();
            WebSocketWire dropped = WebSocketWire.open(open(), host());
            dropped.writeRaw(Arrays.copyOf(connect, cut));
            dropped.close();
        }
    }

    @Test
    void packetsNeedNotMatchFrames() {
        RawMqtt client = UNITS.webSocket(unit);
        byte[] connect = Connect.v5("frames").toBytes();
        for (byte one : connect) {
            client.send(new byte[] {one});
        }
        client.expect(Packet.CONNACK);
        byte[] ping = Bytes.packet(Packet.PINGREQ, 0, new byte[0]);
        client.send(new Bytes().raw(ping).raw(ping).raw(ping).toArray());
        for (int i = 0; i < 3; i++) {
            client.expect(Packet.PINGRESP);
        }
    }

    @Test
    void messagesMayComeInFragmentsWithPingsBetweenThem() throws IOException {
        WebSocketWire wire = WebSocketWire.open(open(), host());
        byte[] connect = Connect.v5("fragments").toBytes();
        byte[] first = WebSocketWire.frame(2, Arrays.copyOf(connect, 5));
        first[0] = 2;
        wire.writeRaw(first);
        wire.writeRaw(WebSocketWire.frame(9, new byte[] {1}));
        wire.writeRaw(WebSocketWire.frame(0, Arrays.copyOfRange(connect, 5, connect.length)));
        assertThat(RawMqtt.over(wire).expect(Packet.CONNACK).reason()).isZero();
    }

    @Test
    void textUnmaskedAndReservedFramesEndTheConnection() throws IOException {
        byte[] connect = Connect.v5("badframe").toBytes();
        byte[] unmasked = new Bytes().u8(0x82).u8(connect.length).raw(connect).toArray();
        byte[] reserved = WebSocketWire.frame(2, connect);
        reserved[0] |= 0x40;
        byte[] huge =
                new Bytes().u8(0x82).u8(0xFF).u32(0x7FFFFFFF).u32(-1).u32(0).toArray();
        for (byte[] frame :
                List.of(WebSocketWire.frame(1, connect), WebSocketWire.frame(3, connect), unmasked, reserved, huge)) {
            WebSocketWire wire = WebSocketWire.open(open(), host());
            wire.writeRaw(frame);
            RawMqtt.over(wire).expectClosed();
        }
    }

    @Test
    void whatIsNoHttpIsClosedOrRefused() throws IOException {
        Random random = new Random(7);
        byte[] noise = new byte[3_000];
        random.nextBytes(noise);
        String endless = "GET /" + "x".repeat(100_000) + " HTTP/1.1\r\nHost: " + host() + "\r\n\r\n";
        String wide = "GET / HTTP/1.1\r\nHost: " + host() + "\r\nX: " + "y".repeat(100_000) + "\r\n\r\n";
        String body = "POST / HTTP/1.1\r\nHost: " + host() + "\r\nContent-Length: 99999999999\r\n\r\n";
        for (byte[] request : List.of(
                Bytes.utf8("\r\n\r\nhello\r\n\r\n"),
                new Bytes().raw(noise).raw(Bytes.utf8("\r\n\r\n")).toArray(),
                Bytes.utf8(endless),
                Bytes.utf8(wide),
                Bytes.utf8(body))) {
            assertThat(status(request)).isIn(0, 400, 404, 405, 413, 414, 431);
        }
        assertThat(status("DELETE / HTTP/1.1\r\nHost: " + host() + "\r\n\r\n")).isIn(404, 405);
        assertThat(status("GET /mqtt HTTP/1.1\r\nHost: " + host() + "\r\n\r\n")).isBetween(400, 499);
    }
}
