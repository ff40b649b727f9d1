package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Connections that mean no good: silent, slow, cut, lying. Everybody else goes on being served. */
final class HostileIT {
    private static final int SILENT = 10_000;

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    private RawMqtt bystander;

    @BeforeAll
    static void start() throws Exception {
        OpenFiles.allow(SILENT + 1_000);
        unit = UNITS.start("[limits]\nconnect_seconds = 3\nconnections = 10100\n");
    }

    @BeforeEach
    void watch() {
        bystander = UNITS.client(unit, Connect.v5("bystander"));
        bystander.subscribe(1, "bystander");
    }

    @AfterEach
    void everybodyElseIsStillServed() {
        bystander.publish("bystander", "still here", 0, false, 0);
        assertThat(bystander.expect(Packet.PUBLISH).text()).isEqualTo("still here");
    }

    @Test
    void tenThousandConnectionsThatNeverSpeakHarmNobodyAndAreClosed() throws IOException {
        long before = unit.liveHeap();
        List<SocketChannel> silent = new ArrayList<>();
        try {
            for (int i = 0; i < SILENT; i++) {
                InetSocketAddress to = i % 4 == 3 ? unit.web() : unit.mqtt();
                SocketChannel channel = SocketChannel.open(to);
                silent.add(channel);
                channel.configureBlocking(false);
            }
            UNITS.client(unit, Connect.v4("fresh")).pingPong();
            UNITS.webSocket(unit).connect(Connect.v5("fresh2"));
            everybodyElseIsStillServed();
            await("all are closed").atMost(Duration.ofSeconds(60)).until(() -> {
                closeEnded(silent);
                return silent.isEmpty();
            });
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
        assertThat(unit.liveHeap() - before).as("bytes that stay behind").isLessThan(16L << 20);
    }

    private static void closeEnded(List<SocketChannel> channels) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(256);
        for (Iterator<SocketChannel> all = channels.iterator(); all.hasNext(); ) {
            SocketChannel channel = all.next();
            boolean ended;
            try {
                ended = channel.read(one.clear()) < 0;
            } catch (IOException reset) {
                ended = true;
            }
            if (ended) {
                channel.close();
                all.remove();
            }
        }
    }

    @Test
    void aConnectThatTricklesInIsCutOff() throws IOException {
        assertCutOff(
                UNITS.closing(Wire.tcp(unit.mqtt(), 0)),
                Connect.v5("x".repeat(5_000)).toBytes());
        String header = "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + "x".repeat(2_000);
        assertCutOff(UNITS.closing(Wire.tcp(unit.web(), 0)), Bytes.utf8(header));
        RawMqtt overWebSocket = UNITS.webSocket(unit);
        overWebSocket.expectClosed();
    }

    /** Sends a byte whenever nothing has come for 100 ms; the unit has to lose its patience before the end. */
    private static void assertCutOff(Wire wire, byte[] bytes) throws IOException {
        byte[] into = new byte[1_024];
        for (byte one : bytes) {
            try {
                wire.write(new byte[] {one});
                if (wire.read(into, Duration.ofMillis(100)) < 0) {
                    return;
                }
            } catch (java.net.SocketTimeoutException stillOpen) {
                continue;
            } catch (IOException reset) {
                return;
            }
        }
        throw new AssertionError("not cut off after " + bytes.length + " bytes");
    }

    @Test
    void packetsCutAtEveryByteAreUnderstoodOrForgotten() {
        byte[] whole = new Bytes()
                .raw(Connect.v5("cut").toBytes())
                .raw(Bytes.packet(
                        Packet.SUBSCRIBE,
                        2,
                        new Bytes().u16(1).u8(0).string("cut").u8(0).toArray()))
                .raw(RawMqtt.publishPacket(5, "cut", Bytes.utf8("x"), 0, false, false, 0, Props.none()))
                .toArray();
        for (int cut = 1; cut < whole.length; cut++) {
            RawMqtt client = UNITS.tcp(unit);
            client.send(java.util.Arrays.copyOf(whole, cut));
            client.close();
        }
        RawMqtt patient = UNITS.tcp(unit);
        for (byte one : whole) {
            patient.send(new byte[] {one});
            bystander.pingPong(); // by then the unit has read it, so that it does not come along with the next
        }
        patient.expect(Packet.CONNACK);
        patient.expect(Packet.SUBACK);
        assertThat(patient.expect(Packet.PUBLISH).text()).isEqualTo("x");
    }

    @Test
    void aRemainingLengthThatPromisesTooMuchEndsTheConnection() {
        byte[] huge = {0x10, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x7F};
        RawMqtt stranger = UNITS.tcp(unit);
        stranger.send(huge);
        stranger.expectClosed();
        huge[0] = 0x30;
        RawMqtt client = UNITS.client(unit, Connect.v5("huge"));
        client.send(huge);
        assertThat(client.expectDisconnect().reason()).isEqualTo(0x95);
    }

    @Test
    void oneConnectionTooManyIsClosedAtOnce() {
        UnitProcess small = UNITS.start("[limits]\nconnections = 5\n");
        List<RawMqtt> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            clients.add(UNITS.client(small, Connect.v5("c" + i)));
        }
        RawMqtt oneMore = UNITS.tcp(small);
        oneMore.send(Connect.v5("onemore").toBytes());
        assertThat(oneMore.next(RawMqtt.PATIENCE)).as("no CONNACK").isNull();
        clients.forEach(RawMqtt::pingPong);
        clients.getFirst().close();
        await().atMost(RawMqtt.PATIENCE).until(() -> {
            try (RawMqtt again = RawMqtt.tcp(small.mqtt())) {
                return again.connect(Connect.v5("again")).reason() == 0;
            } catch (AssertionError | RuntimeException refused) {
                return false;
            }
        });
    }
}
