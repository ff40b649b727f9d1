package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What docs/mqtt.md says of limits, each at its edge: what just fits is taken, what is one more is not. */
final class BoundsIT {
    private static final int SUBSCRIPTIONS = 5;
    private static final int WAITING = 512;

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start("[limits]\nsubscriptions = " + SUBSCRIPTIONS + "\nconnect_seconds = 600\n");
    }

    @Test
    void aConnectOfMoreThan64KiBIsCutOffBeforeItHasCome() throws IOException {
        RawMqtt client = UNITS.tcp(unit);
        int length = 64 * 1024 + 1;
        client.send(new Bytes().u8(0x10).varint(length).raw(new byte[100]).toArray());
        assertThat(client.next(RawMqtt.PATIENCE)).as("closed").isNull();
        RawMqtt other = UNITS.tcp(unit);
        byte[] fits = Connect.v5("large")
                .will("a", "w".repeat(64 * 1024 - 100), 0, false)
                .toBytes();
        other.version(5);
        other.send(fits);
        assertThat(other.expect(Packet.CONNACK).reason()).isZero();
    }

    @Test
    void aFirstPacketThatIsNoConnectIsCutOffAtItsFirstByte() {
        RawMqtt client = UNITS.tcp(unit);
        client.send(new byte[] {0x30, 0x7F});
        assertThat(client.next(RawMqtt.PATIENCE)).as("closed").isNull();
    }

    @Test
    void aLengthOfMoreThanFourBytesIsCutOffAtItsFourth() {
        RawMqtt client = UNITS.client(unit, Connect.v5("length"));
        client.send(new byte[] {0x30, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80});
        assertThat(client.expectDisconnect().reason()).isEqualTo(0x81);
    }

    @Test
    void ofMoreThan512ConnectionsWithoutConnectTheOldestGoes() {
        UnitProcess crowded = UNITS.start("[limits]\nconnect_seconds = 600\n");
        List<RawMqtt> silent = new ArrayList<>();
        for (int i = 0; i <= WAITING; i++) {
            silent.add(UNITS.tcp(crowded));
        }
        assertThat(silent.getFirst().next(RawMqtt.PATIENCE))
                .as("the oldest is closed")
                .isNull();
        assertThat(silent.get(1).connect(Connect.v5("second")).reason()).isZero();
        assertThat(silent.getLast().connect(Connect.v5("last")).reason()).isZero();
    }

    @Test
    void aClientIdOfMoreThan512CharactersIsRefused() {
        assertThat(UNITS.tcp(unit).connect(Connect.v5("x".repeat(512))).reason())
                .isZero();
        assertThat(UNITS.tcp(unit).connect(Connect.v5("x".repeat(513))).reason())
                .isEqualTo(0x85);
        assertThat(UNITS.tcp(unit).connect(Connect.v4("x".repeat(513))).reason())
                .isEqualTo(2);
    }

    @Test
    void aSessionHasNoMoreSubscriptionsThanTheLimitSays() {
        for (int version : new int[] {4, 5}) {
            RawMqtt client = UNITS.client(unit, Connect.of(version, "subscribing" + version));
            client.sendSubscribe(1, Props.none(), 0, "a", "b", "c", "d", "e", "f");
            int refused = version == 5 ? 0x97 : 0x80;
            assertThat(client.expect(Packet.SUBACK).reasons()).containsExactly(0, 0, 0, 0, 0, refused);
            client.sendSubscribe(2, Props.none(), 0, "g", "a");
            assertThat(client.expect(Packet.SUBACK).reasons())
                    .as("what is there already is no more than it was")
                    .containsExactly(refused, 0);
        }
    }

    @Test
    void aFilterThatIsTooLongIsRefused() {
        RawMqtt client = UNITS.client(unit, Connect.v5("long"));
        client.sendSubscribe(1, Props.none(), 0, "x".repeat(640), "x".repeat(641));
        assertThat(client.expect(Packet.SUBACK).reasons()).containsExactly(0, 0x8F);
    }

    @Test
    void noLocalOnASharedSubscriptionEndsTheConnection() {
        RawMqtt client = UNITS.client(unit, Connect.v5("sharing"));
        client.sendSubscribe(1, Props.none(), 4, "$share/g/a");
        assertThat(client.expectDisconnect().reason()).isEqualTo(0x82);
    }

    @Test
    void aPayloadThatIsSaidToBeTextIsText() {
        RawMqtt client = UNITS.client(unit, Connect.v5("text"));
        Props text = new Props().with(Props.PAYLOAD_FORMAT, 1);
        for (byte[] no : Arrays.asList(new byte[] {(byte) 0xC3}, new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80})) {
            client.publish("text", no, 1, true, 1, text);
            assertThat(client.expect(Packet.PUBACK).reason()).isEqualTo(0x99);
        }
        client.publish("text", Bytes.utf8("ä"), 1, true, 1, text);
        assertThat(client.expect(Packet.PUBACK).reason()).isZero();
    }
}
