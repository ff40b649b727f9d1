package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What connections can make a unit with little memory hold: never so much that it ends, nor that others are shut out. */
final class CrowdedDoorIT {
    private static final int CONNECTIONS = 400;

    @RegisterExtension
    final Units units = Units.perTest();

    private UnitProcess unit;
    private RawMqtt bystander;

    @BeforeEach
    void start() {
        unit = units.create("[limits]\nconnections = " + CONNECTIONS + "\n");
        List<String> small = new ArrayList<>(UnitJvm.command());
        small.add(small.indexOf("-cp"), "-Xmx48m");
        small.add(small.indexOf("-cp"), "-XX:MaxDirectMemorySize=32m");
        unit.start(small);
        bystander = units.client(unit, Connect.v5("bystander"));
        bystander.subscribe(1, "bystander");
    }

    private void othersAreServed() {
        bystander.publish("bystander", "still here", 0, false, 0);
        assertThat(bystander.expect(Packet.PUBLISH).text()).isEqualTo("still here");
        units.client(unit, Connect.v5("fresh")).pingPong();
        assertThat(unit.alive()).isTrue();
    }

    private static void sendAll(RawMqtt client, byte[] bytes) {
        try {
            client.send(bytes);
        } catch (java.io.UncheckedIOException closed) {
            // It was put out, which is as good.
        }
    }

    @Test
    void topicAliasesThatAreLongerThanAKeyEndNothing() {
        byte[] topic = new byte[65_000];
        Arrays.fill(topic, (byte) 'x');
        String name = new String(topic, StandardCharsets.US_ASCII);
        for (int i = 0; i < 64; i++) {
            RawMqtt client = units.client(unit, Connect.v5("alias" + i));
            for (int alias = 1; alias <= 64; alias++) {
                Props props = new Props().with(Props.TOPIC_ALIAS, alias);
                sendAll(client, RawMqtt.publishPacket(5, name, Bytes.utf8("x"), 1, false, false, alias, props));
            }
        }
        othersAreServed();
    }

    @Test
    void unfinishedFramesAndPacketsBeforeConnectEndNothing() throws IOException {
        byte[] header = {(byte) 0x82, (byte) 0xFF, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0};
        byte[] connect = {0x10, (byte) 0xFF, (byte) 0xFF, 3};
        byte[] most =
                new Bytes().raw(header).raw(connect).raw(new byte[262_000]).toArray();
        for (int i = 0; i < 250; i++) {
            Wire.Tcp tcp = Wire.tcp(unit.web(), 0);
            units.closing(WebSocketWire.open(tcp, "127.0.0.1:" + unit.web().getPort()));
            try {
                tcp.write(most);
            } catch (IOException closed) {
                // as good
            }
            RawMqtt plain = units.tcp(unit);
            sendAll(plain, new Bytes().raw(connect).raw(new byte[60_000]).toArray());
        }
        othersAreServed();
    }

    @Test
    void idleBrowsersShutNoLocalClientOut() throws IOException {
        byte[] request = Bytes.utf8("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
        for (int i = 0; i < 2 * CONNECTIONS; i++) {
            Wire.Tcp tcp = units.closing(Wire.tcp(unit.web(), 0));
            tcp.write(request);
        }
        List<RawMqtt> local = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS / 2; i++) {
            local.add(units.client(unit, Connect.v5("local" + i)));
        }
        local.forEach(RawMqtt::pingPong);
        othersAreServed();
    }

    @Test
    void clientsThatDoNotReadEndNothing() {
        byte[] value = new byte[200_000];
        for (int i = 0; i < 40; i++) {
            bystander.publish("large/" + i, value, 1, true, 1, Props.none());
            bystander.expect(Packet.PUBACK);
        }
        for (int i = 0; i < 200; i++) {
            RawMqtt client = units.closing(RawMqtt.tcp(unit.mqtt(), 4_096));
            client.connect(Connect.v5("slow" + i));
            client.sendSubscribe(1, Props.none(), 0, "large/#");
        }
        othersAreServed();
        await("the unit serves on")
                .atMost(Duration.ofSeconds(30))
                .until(() ->
                        units.client(unit, Connect.v5("again")).put("k", "v").reason() == 0);
    }
}
