package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever the unit logs, even when asked to log all that it can, no value and no password is in it. */
final class QuietLogIT {
    private static final String SECRET = "hunter2-of-the-home";
    private static final int STRANGERS = 40;

    @RegisterExtension
    final Units units = Units.perTest();

    private static Props props() {
        return new Props()
                .user("note", SECRET)
                .with(Props.CONTENT_TYPE, SECRET)
                .with(Props.CORRELATION_DATA, Bytes.utf8(SECRET));
    }

    @Test
    void noValueIsInTheLog() throws Exception {
        UnitProcess unit = units.start("[log]\nlevel = \"trace\"\n[limits]\nvalue_bytes = 100\n");
        RawMqtt durable = units.client(unit, Connect.v5("durable").durable());
        durable.subscribe(1, "#", "$share/g/#");
        for (int version : new int[] {3, 4, 5}) {
            Connect connect = Connect.of(version, "writer" + version)
                    .will("home/will", SECRET, 1, true)
                    .as("anna", SECRET);
            RawMqtt writer = units.client(unit, connect);
            writer.put("home/" + version, SECRET);
            writer.publish("home/event", SECRET, 2, false, 5);
            writer.expect(Packet.PUBREC);
            writer.reset();
        }
        RawMqtt writer = units.client(unit, Connect.v5("writer"));
        writer.publish("home/props", Bytes.utf8(SECRET), 1, true, 1, props());
        writer.expect(Packet.PUBACK);
        refusedWrites(unit, writer);
        brokenPackets(unit);
        durable.reset();
        awaitAnswer(units.client(unit, Connect.v5("durable").durable()));
        unit.kill9();
        unit.start();
        RawMqtt reader = units.client(unit, Connect.v5("reader"));
        await().atMost(RawMqtt.PATIENCE)
                .untilAsserted(() -> assertThat(reader.snapshot(0, "home/will")).hasSize(1));
        assertThat(unit.terminate()).isZero();
        for (String log : new String[] {"unit-0.log", "unit-1.log"}) {
            String text = Files.readString(unit.stderr().resolveSibling(log));
            assertThat(text).as("the log is as talkative as it can be").containsPattern(" (TRACE|DEBUG) ");
            assertThat(text.lines().filter(line -> line.contains(SECRET)).toList())
                    .as(log)
                    .isEmpty();
        }
    }

    /** What was in flight comes again, before the answer or behind it. */
    private static void awaitAnswer(RawMqtt client) {
        client.ping();
        Packet packet = client.next(RawMqtt.PATIENCE);
        while (packet != null && packet.type() != Packet.PINGRESP) {
            packet = client.next(RawMqtt.PATIENCE);
        }
        assertThat(packet).as("not the end").isNotNull();
    }

    /** Names that would forge a line of the log, or command the terminal of whoever reads it. */
    @Test
    void whatStrangersAreCalledStaysWithinItsLine() throws Exception {
        UnitProcess unit = units.start("[log]\nlevel = \"trace\"\n");
        String evil = "x\n2026-12-01T00:00:00.000Z ERROR Forged - forged\u001b[2J\u009b31m\r\u202ey";
        for (int version : new int[] {3, 4, 5}) {
            RawMqtt stranger = units.client(unit, Connect.of(version, evil).as(evil, evil));
            stranger.publish("$SYS/" + evil, "x", 0, true, 0);
            stranger.reset();
        }
        assertThat(unit.terminate()).isZero();
        String log = Files.readString(unit.stderr());
        assertThat(log).as("it tells who it was").contains("Forged");
        assertThat(log.lines()).allMatch(line -> line.matches("(\\d{4}-\\d\\d-\\d\\dT\\S+ [A-Z]+ \\w+ - |\\t+at ).*"));
        assertThat(log.lines()).noneMatch(line -> line.startsWith("2026-12-01T00:00:00.000Z ERROR Forged"));
        assertThat(log.chars().filter(c -> c != '\n' && c != '\t' && (Character.isISOControl(c) || c == 0x202e)))
                .isEmpty();
    }

    /** Each connection comes from another port, and so each would have a line of its own. */
    @Test
    void whoProvesNothingCannotFillTheLog() throws Exception {
        Path folder = units.folder();
        UnitProcess.passwd(folder.resolve("passwords"), "anna", "annassecret");
        UnitProcess unit = units.createIn(
                folder, "[access]\npassword_file = \"passwords\"\nanonymous = true\n[limits]\nvalue_bytes = 100\n");
        unit.start();
        long before = System.nanoTime();
        for (int i = 0; i < STRANGERS; i++) {
            assertThat(units.tcp(unit)
                            .connect(Connect.v5("guess").as("anna", "wrong"))
                            .reason())
                    .isEqualTo(0x86);
            RawMqtt noMqtt = units.tcp(unit);
            noMqtt.send(new byte[] {0x30, 0x7F});
            noMqtt.expectClosed();
            RawMqtt thing = units.client(unit, Connect.v5("thing" + i));
            thing.put("home/large", SECRET.repeat(10));
            thing.sendSubscribe(1, Props.none(), 0, "a#");
            thing.expect(Packet.SUBACK);
            askForAnotherHost(unit);
        }
        RawMqtt anna = units.client(unit, Connect.v5("annas").as("anna", "annassecret"));
        anna.put("home/large", SECRET.repeat(10));
        assertThat(unit.terminate()).isZero();
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - before) + 1;
        List<String> refusals = Files.readAllLines(unit.stderr()).stream()
                .filter(line -> line.matches(".*(closed|refused).*"))
                .toList();
        assertThat(refusals)
                .as("two doors, ten lines at once and one a second, and what concerns anna")
                .hasSizeBetween(20, (int) (2 * (10 + seconds) + 1));
        assertThat(refusals).anyMatch(line -> line.contains("client annas ") && line.contains("a publish refused"));
    }

    private static void askForAnotherHost(UnitProcess unit) throws IOException {
        try (Socket socket = new Socket(unit.web().getAddress(), unit.web().getPort())) {
            socket.getOutputStream().write(Bytes.utf8("GET / HTTP/1.1\r\nHost: away\r\nConnection: close\r\n\r\n"));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 4");
        }
    }

    private static void refusedWrites(UnitProcess unit, RawMqtt writer) {
        assertThat(writer.put("$SYS/x", SECRET).reason()).isEqualTo(0x87);
        assertThat(writer.put("home/large", SECRET.repeat(10)).reason()).isEqualTo(0x97);
        byte[] noText = new Bytes().raw(Bytes.utf8(SECRET)).u8(0xFF).toArray();
        writer.publish("home/bytes", noText, 1, true, 2, props().with(Props.PAYLOAD_FORMAT, 1));
        assertThat(writer.expect(Packet.PUBACK).reason()).isEqualTo(0x99);
        writer.publish("home/large", SECRET.repeat(10), 0, true, 0);
        writer.expectDisconnect();
    }

    /** Packets that cannot be understood, with the secret where a reader might stumble. */
    private void brokenPackets(UnitProcess unit) {
        byte[] secret = Bytes.utf8(SECRET);
        Bytes publish = new Bytes().string("home/a").u16(1).u8(5).raw(secret);
        for (byte[] packet : new byte[][] {
            Bytes.packet(Packet.PUBLISH, 3, publish.toArray()),
            Bytes.packet(Packet.SUBSCRIBE, 0, secret),
            Bytes.packet(15, 15, secret)
        }) {
            RawMqtt client = units.client(unit, Connect.v5("broken"));
            client.send(packet);
            client.expectClosed();
        }
        RawMqtt stranger = units.tcp(unit);
        stranger.send(Bytes.packet(Packet.CONNECT, 0, secret));
        stranger.expectClosed();
        units.client(unit, Connect.v5("after")).pingPong();
    }
}
