package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Wrong packets get a clear answer, and the unit goes on serving everybody else: after every test a client that was
 * connected before it still gets its messages.
 */
final class RefusalIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    private RawMqtt bystander;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    @BeforeEach
    void watch() {
        bystander = client(Connect.v5("bystander"));
        bystander.subscribe(1, "bystander");
    }

    @AfterEach
    void everybodyElseIsStillServed() {
        bystander.publish("bystander", "still here", 0, false, 0);
        assertThat(bystander.expect(Packet.PUBLISH).text()).isEqualTo("still here");
        RawMqtt fresh = client(Connect.v4("fresh"));
        fresh.pingPong();
    }

    private RawMqtt client(Connect connect) {
        return UNITS.client(unit, connect);
    }

    @Test
    void aSecondConnectEndsTheConnection() {
        RawMqtt client = client(Connect.v5("twice"));
        client.send(Connect.v5("twice").toBytes());
        assertThat(client.expectDisconnect().reason()).isEqualTo(0x82);
        RawMqtt old = client(Connect.v4("twice"));
        old.send(Connect.v4("twice").toBytes());
        assertThat(old.expectClosed()).isNull();
    }

    @Test
    void moreThan128LevelsAreRefused() {
        String deep = "a" + "/".repeat(128);
        RawMqtt client = client(Connect.v5("levels"));
        assertThat(client.put(deep.substring(2), "x").reason()).isZero();
        assertThat(client.put(deep, "x").reason()).isEqualTo(0x90);
        // An older version may have taken it.
        assertThat(client.put(deep, "").reason()).isZero();
        client.sendSubscribe(1, Props.none(), 0, deep, deep.substring(2), "$share/g/" + deep);
        assertThat(client.expect(Packet.SUBACK).reasons()).containsExactly(0x8F, 0, 0x8F);
        RawMqtt leaving = UNITS.tcp(unit);
        assertThat(leaving.connect(Connect.v5("leaving").will(deep, "x", 1, true))
                        .reason())
                .isEqualTo(0x90);
    }

    @Test
    void qosThreeEndsTheConnection() {
        RawMqtt client = client(Connect.v5("qos3"));
        client.publish("qos3", "x", 3, false, 1);
        assertThat(client.expectDisconnect().reason()).isIn(0x81, 0x82);
        RawMqtt subscriber = client(Connect.v5("qos3sub"));
        subscriber.sendSubscribe(1, Props.none(), 3, "a");
        assertThat(subscriber.expectDisconnect().reason()).isIn(0x81, 0x82);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aWillWithQosThreeIsRefused(int version) {
        RawMqtt client = UNITS.tcp(unit);
        client.version(version);
        client.send(Connect.of(version, "will3").will("w", "x", 3, false).toBytes());
        Packet answer = client.next(RawMqtt.PATIENCE);
        assertThat(answer == null || answer.reason() != 0).isTrue();
        client.expectClosed();
    }

    @ParameterizedTest
    @ValueSource(strings = {"$SYS/broker/uptime", "$bookshelf/unit", "$share/g/t", "$x"})
    void topicsOfTheUnitCannotBeWritten(String topic) {
        RawMqtt client = client(Connect.v5("sys"));
        client.publish(topic, "x", 1, true, 1);
        assertThat(client.expect(Packet.PUBACK).reason()).isEqualTo(0x87);
        client.publish(topic, "x", 2, true, 2);
        assertThat(client.expect(Packet.PUBREC).reason()).isEqualTo(0x87);
        client.publish(topic, "x", 0, true, 0);
        client.pingPong();
    }

    @Test
    void aWillOnATopicOfTheUnitIsRefusedOrNeverPublished() {
        bystander.sendSubscribe(2, Props.none(), 0, "$SYS/forged");
        bystander.expect(Packet.SUBACK);
        RawMqtt client = UNITS.tcp(unit);
        Packet connack = client.connect(Connect.v5("syswill").will("$SYS/forged", "x", 0, true));
        assertThat(connack.reason()).isIn(0, 0x87, 0x90);
        client.reset();
        bystander.pingPong();
    }

    @Test
    void aKeyThatIsTooLongIsRefused() {
        RawMqtt client = client(Connect.v5("longkey"));
        client.publish("k".repeat(512), "x", 1, true, 1);
        assertThat(client.expect(Packet.PUBACK).reason()).isIn(0, 0x10);
        client.publish("k".repeat(513), "x", 1, true, 2);
        assertThat(client.expect(Packet.PUBACK).reason()).isEqualTo(0x90);
        client.publish("ü".repeat(257), "x", 2, true, 3);
        assertThat(client.expect(Packet.PUBREC).reason()).isEqualTo(0x90);
        RawMqtt old = client(Connect.v4("longkey4"));
        old.publish("k".repeat(513), "x", 1, true, 1);
        assertThat(old.expectClosed()).isNull();
    }

    @Test
    void aValueThatIsTooLargeIsRefused() {
        RawMqtt client = client(Connect.v5("largevalue"));
        client.publish("large", new byte[256 * 1024], 1, true, 1, Props.none());
        assertThat(client.expect(Packet.PUBACK).reason()).isIn(0, 0x10);
        client.publish("large", new byte[256 * 1024 + 1], 1, true, 2, Props.none());
        Packet refusal = client.answer();
        if (refusal.type() == Packet.PUBACK) {
            assertThat(refusal.reason()).isIn(0x95, 0x97, 0x99);
        } else {
            assertThat(refusal.type()).isEqualTo(Packet.DISCONNECT);
            assertThat(refusal.reason()).isEqualTo(0x95);
        }
        RawMqtt old = client(Connect.v4("largevalue4"));
        old.publish("large", new byte[256 * 1024 + 1], 1, true, 1, Props.none());
        old.expectClosed();
        assertThat(client(Connect.v5("largereader"))
                        .snapshot(0, "large")
                        .getFirst()
                        .payload())
                .hasSize(256 * 1024);
    }

    @ParameterizedTest
    @ValueSource(strings = {"$share/x", "$share//t", "$share/x/", "$share/+/t", "$share/a#/t", "$share/"})
    void aMalformedSharedSubscriptionIsRefused(String filter) {
        RawMqtt client = client(Connect.v5("badshare"));
        client.sendSubscribe(1, Props.none(), 0, filter, "good/share");
        Packet answer = client.answer();
        assertThat(answer.type()).isEqualTo(Packet.SUBACK);
        assertThat(answer.reasons()).containsExactly(0x8F, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a/#/b", "a#", "+a", "a/b+", "#/a"})
    void aMalformedFilterIsRefused(String filter) {
        RawMqtt client = client(Connect.v5("badfilter"));
        client.sendSubscribe(1, Props.none(), 0, filter);
        Packet answer = client.answer();
        if (answer.type() == Packet.SUBACK) {
            assertThat(answer.reasons()).containsExactly(0x8F);
        } else {
            assertThat(answer.reason()).isIn(0x81, 0x82, 0x8F);
        }
        RawMqtt old = client(Connect.v4("badfilter4"));
        old.sendSubscribe(1, Props.none(), 0, filter);
        Packet oldAnswer = old.next(RawMqtt.PATIENCE);
        assertThat(oldAnswer == null || oldAnswer.reasons()[0] == 0x80).isTrue();
    }

    @Test
    void topicsThousandsOfLevelsDeepHarmNobody() {
        RawMqtt publisher = client(Connect.v5("deep"));
        publisher.publish("a/".repeat(4_000) + "a", "x", 1, true, 1);
        assertThat(publisher.answer().reason()).isEqualTo(0x90);
        RawMqtt subscriber = client(Connect.v5("deepsub"));
        subscriber.sendSubscribe(1, Props.none(), 0, "a/".repeat(4_000) + "#");
        assertThat(subscriber.answer().type()).isIn(Packet.SUBACK, Packet.DISCONNECT);
    }

    static Stream<byte[]> malformed() {
        return Stream.of(wrongKinds(), wrongTopics(), lyingLengths(), wrongProperties())
                .flatMap(List::stream);
    }

    /** Packets of the wrong direction, reserved flags, a packet id of nought, nothing to subscribe to. */
    private static List<byte[]> wrongKinds() {
        byte[] none = new byte[0];
        byte[] filter = new Bytes().string("a").u8(0).toArray();
        return List.of(
                Bytes.packet(0, 0, none),
                Bytes.packet(Packet.CONNACK, 0, new byte[] {0, 0, 0}),
                Bytes.packet(Packet.SUBACK, 0, new byte[] {0, 1, 0, 0}),
                Bytes.packet(Packet.UNSUBACK, 0, new byte[] {0, 1, 0, 0}),
                Bytes.packet(Packet.PINGRESP, 0, none),
                Bytes.packet(Packet.AUTH, 0, none),
                Bytes.packet(
                        Packet.SUBSCRIBE,
                        0,
                        new Bytes().u16(1).u8(0).raw(filter).toArray()),
                Bytes.packet(
                        Packet.UNSUBSCRIBE,
                        0,
                        new Bytes().u16(1).u8(0).string("a").toArray()),
                Bytes.packet(Packet.PUBREL, 0, new Bytes().u16(1).toArray()),
                Bytes.packet(
                        Packet.SUBSCRIBE,
                        2,
                        new Bytes().u16(0).u8(0).raw(filter).toArray()),
                Bytes.packet(Packet.SUBSCRIBE, 2, new Bytes().u16(1).u8(0).toArray()),
                RawMqtt.publishPacket(5, "a", none, 1, false, false, 0, Props.none()));
    }

    /** Empty, with wildcards, with NUL, with a lone surrogate, not UTF-8. */
    private static List<byte[]> wrongTopics() {
        return List.of(
                publishTo(Bytes.utf8("")),
                publishTo(Bytes.utf8("a/+")),
                publishTo(Bytes.utf8("a/#")),
                publishTo(Bytes.utf8("a\0b")),
                publishTo(new byte[] {'a', (byte) 0xED, (byte) 0xA0, (byte) 0x80}),
                publishTo(new byte[] {'a', (byte) 0xC0, (byte) 0x80}),
                publishTo(new byte[] {(byte) 0xFF, (byte) 0xFE}));
    }

    private static List<byte[]> lyingLengths() {
        return List.of(
                Bytes.packet(Packet.PUBLISH, 0, new Bytes().u16(500).u8('a').toArray()),
                Bytes.packet(
                        Packet.PUBLISH, 0, new Bytes().string("a").varint(200).toArray()),
                new byte[] {0x30, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 1});
    }

    /** Unknown, twice, in the wrong packet, out of range. */
    private static List<byte[]> wrongProperties() {
        List<byte[]> packets = new ArrayList<>();
        for (Props props : List.of(
                Props.none().with(0x7E, 1),
                Props.none().with(Props.MESSAGE_EXPIRY, 1).with(Props.MESSAGE_EXPIRY, 1),
                Props.none().with(Props.SESSION_EXPIRY, 1),
                Props.none().with(Props.SUBSCRIPTION_ID, 1),
                Props.none().with(Props.RESPONSE_TOPIC, "a/+"))) {
            packets.add(RawMqtt.publishPacket(5, "a", new byte[0], 0, false, false, 0, props));
        }
        byte[] noId = Props.none().with(Props.SUBSCRIPTION_ID, 0).toBytes();
        packets.add(Bytes.packet(
                Packet.SUBSCRIBE,
                2,
                new Bytes().u16(1).raw(noId).string("a").u8(0).toArray()));
        return packets;
    }

    private static byte[] publishTo(byte[] topic) {
        return Bytes.packet(
                Packet.PUBLISH, 1, new Bytes().binary(topic).u8(0).u8('x').toArray());
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void aMalformedPacketEndsTheConnectionOnly(byte[] packet) {
        RawMqtt client = client(Connect.v5("malformed"));
        client.send(packet);
        Packet disconnect = client.expectClosed();
        if (disconnect != null) {
            assertThat(disconnect.reason()).isGreaterThanOrEqualTo(0x80);
        }
    }

    @Test
    void anythingBeforeConnectEndsTheConnection() {
        for (byte[] first : List.of(
                Bytes.packet(Packet.PINGREQ, 0, new byte[0]),
                RawMqtt.publishPacket(4, "a", new byte[] {1}, 0, true, false, 0, Props.none()),
                Bytes.utf8("GET / HTTP/1.1\r\n\r\n"))) {
            RawMqtt client = UNITS.tcp(unit);
            client.send(first);
            client.expectClosed();
        }
    }

    @Test
    void acknowledgementsForNothingHarmNobody() {
        RawMqtt client = client(Connect.v5("acks"));
        client.ack(Packet.PUBACK, 99);
        client.ack(Packet.PUBREC, 98);
        Packet pubrel = client.expect(Packet.PUBREL);
        assertThat(pubrel.reason()).isEqualTo(0x92);
        client.ack(Packet.PUBCOMP, 97);
        client.pingPong();
    }
}
