package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connecting, flow control, aliases, expiry, wills and takeover, packet by packet. */
final class ProtocolIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start("[clock]\ntrust = \"always\"\n");
    }

    private RawMqtt client(Connect connect) {
        return UNITS.client(unit, connect);
    }

    @Test
    void connackTellsTheTruthAboutWhatIsSupported() {
        Packet connack = UNITS.tcp(unit).connect(Connect.v5("").keepAlive(0));
        Props props = connack.props();
        assertThat(connack.reason()).isZero();
        assertThat(connack.sessionPresent()).isFalse();
        assertThat(props.text(Props.ASSIGNED_CLIENT_ID)).isNotBlank();
        assertThat(props.user("bookshelf-unit")).as("a unit, and which").isEqualTo("unit-under-test");
        assertThat(props.number(Props.MAXIMUM_QOS))
                .as("2, which is said by silence")
                .isNull();
        for (int available : List.of(
                Props.RETAIN_AVAILABLE,
                Props.WILDCARD_AVAILABLE,
                Props.SUBSCRIPTION_IDS_AVAILABLE,
                Props.SHARED_AVAILABLE)) {
            assertThat(props.number(available)).isIn(null, 1L);
        }
        assertThat(props.number(Props.RECEIVE_MAXIMUM)).isEqualTo(1_024);
        assertThat(props.number(Props.TOPIC_ALIAS_MAXIMUM)).isEqualTo(64);
        assertThat(props.number(Props.MAXIMUM_PACKET_SIZE))
                .as("room for the largest value, its key and properties")
                .isGreaterThan(256 * 1024 + 512);
    }

    @Test
    void aLongerKeepAliveThanAllowedIsReplaced() {
        Packet connack = UNITS.tcp(unit).connect(Connect.v5("alive").keepAlive(65_000));
        assertThat(connack.props().number(Props.SERVER_KEEP_ALIVE)).isEqualTo(3_600);
        Packet asAsked = UNITS.tcp(unit).connect(Connect.v5("alive2").keepAlive(30));
        assertThat(asAsked.props().number(Props.SERVER_KEEP_ALIVE)).isIn(null, 30L);
    }

    @Test
    void aClientThatIsSilentBeyondItsKeepAliveIsClosed() {
        RawMqtt client = client(Connect.v5("silent").keepAlive(1));
        assertThat(client.expectDisconnect().reason()).isEqualTo(0x8D);
    }

    @Test
    void emptyClientIdsAreForCleanSessionsOnly() {
        assertThat(UNITS.tcp(unit).connect(Connect.v4("")).reason()).isZero();
        RawMqtt durable = UNITS.tcp(unit);
        assertThat(durable.connect(Connect.v4("").clean(false)).reason()).isEqualTo(2);
        durable.expectClosed();
        Packet first = UNITS.tcp(unit).connect(Connect.v5(""));
        Packet second = UNITS.tcp(unit).connect(Connect.v5(""));
        assertThat(first.props().text(Props.ASSIGNED_CLIENT_ID))
                .isNotEqualTo(second.props().text(Props.ASSIGNED_CLIENT_ID));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void speaksEveryVersion(int version) {
        RawMqtt client = client(Connect.of(version, "version" + version));
        client.subscribe(1, "speaks/" + version);
        client.publish("speaks/" + version, "x", 0, false, 0);
        Packet packet = client.expect(Packet.PUBLISH);
        assertThat(packet.text()).isEqualTo("x");
        client.pingPong();
    }

    @Test
    void anUnknownVersionIsRefusedWithItsCode() {
        RawMqtt client = UNITS.tcp(unit);
        byte[] connect = Connect.v4("future").toBytes();
        connect[8] = 6;
        client.send(connect);
        Packet answer = client.next(RawMqtt.PATIENCE);
        if (answer != null) {
            assertThat(answer.type()).isEqualTo(Packet.CONNACK);
            assertThat(answer.reason()).isIn(1, 0x84);
        }
        client.expectClosed();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aSecondConnectionWithTheSameIdTakesOver(int version) {
        RawMqtt first = client(Connect.of(version, "taken" + version));
        RawMqtt second = client(Connect.of(version, "taken" + version));
        if (version == 5) {
            assertThat(first.expectDisconnect().reason()).isEqualTo(0x8E);
        } else {
            assertThat(first.expectClosed()).isNull();
        }
        second.pingPong();
    }

    @Test
    void resolvesTopicAliasesOfItsClients() {
        RawMqtt client = client(Connect.v5("alias"));
        client.subscribe(0, "alias/#");
        Props alias = Props.none().with(Props.TOPIC_ALIAS, 3);
        client.publish("alias/a", Bytes.utf8("1"), 0, false, 0, alias);
        client.publish("", Bytes.utf8("2"), 0, false, 0, alias);
        client.publish("alias/b", Bytes.utf8("3"), 0, false, 0, alias);
        client.publish("", Bytes.utf8("4"), 0, false, 0, alias);
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Packet packet = client.expect(Packet.PUBLISH);
            assertThat(packet.props().number(Props.TOPIC_ALIAS))
                    .as("none was allowed")
                    .isNull();
            seen.add(packet.topic() + "=" + packet.text());
        }
        assertThat(seen).containsExactly("alias/a=1", "alias/a=2", "alias/b=3", "alias/b=4");
    }

    @Test
    void usesNoMoreAliasesTowardsAClientThanItAllows() {
        RawMqtt client = client(Connect.v5("aliasdown").with(Props.TOPIC_ALIAS_MAXIMUM, 2));
        client.subscribe(0, "aliasdown/#");
        RawMqtt writer = client(Connect.v5("aliaswriter"));
        for (int i = 0; i < 40; i++) {
            writer.publish("aliasdown/" + i % 4, "" + i, 0, false, 0);
        }
        String[] aliases = new String[3];
        for (int i = 0; i < 40; i++) {
            Packet packet = client.expect(Packet.PUBLISH);
            Long alias = packet.props().number(Props.TOPIC_ALIAS);
            String topic = packet.topic();
            if (alias != null) {
                assertThat(alias).isBetween(1L, 2L);
                if (!topic.isEmpty()) {
                    aliases[alias.intValue()] = topic;
                }
                topic = aliases[alias.intValue()];
            }
            assertThat(topic + "=" + packet.text()).isEqualTo("aliasdown/" + i % 4 + "=" + i);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 65, 65_535})
    void anAliasOutOfRangeEndsTheConnection(int alias) {
        RawMqtt client = client(Connect.v5("aliasbad" + alias));
        client.publish("a", Bytes.utf8("1"), 0, false, 0, Props.none().with(Props.TOPIC_ALIAS, alias));
        assertThat(client.expectDisconnect().reason()).isIn(0x94, alias == 0 ? 0x82 : 0x94);
    }

    @Test
    void anAliasThatWasNeverGivenEndsTheConnection() {
        RawMqtt client = client(Connect.v5("aliasunset"));
        client.publish("", Bytes.utf8("1"), 0, false, 0, Props.none().with(Props.TOPIC_ALIAS, 5));
        assertThat(client.expectDisconnect().reason()).isIn(0x82, 0x94);
    }

    @Test
    void sendsNoMoreUnacknowledgedPacketsThanTheClientAllows() {
        RawMqtt client = client(Connect.v5("window").with(Props.RECEIVE_MAXIMUM, 3));
        client.subscribe(1, "window/#");
        RawMqtt writer = client(Connect.v5("windowwriter"));
        for (int i = 0; i < 10; i++) {
            writer.publish("window/" + i, "" + i, 1, i % 2 == 0, i + 1);
            writer.expect(Packet.PUBACK);
        }
        List<Packet> held = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            held.add(client.expect(Packet.PUBLISH));
        }
        client.pingPong();
        for (int i = 3; i < 10; i++) {
            client.ack(Packet.PUBACK, held.removeFirst().id());
            held.add(client.expect(Packet.PUBLISH));
            assertThat(held.getLast().text()).isEqualTo("" + i);
        }
        assertThat(held.stream().map(Packet::id)).doesNotHaveDuplicates();
    }

    @Test
    void aClientThatExceedsTheReceiveMaximumIsToldSo() {
        RawMqtt client = client(Connect.v5("greedy"));
        // QoS 2 without PUBREL keeps every one of them open
        Bytes burst = new Bytes();
        for (int i = 1; i <= 1_025; i++) {
            burst.raw(RawMqtt.publishPacket(5, "greedy", Bytes.utf8("x"), 2, false, false, i, Props.none()));
        }
        client.send(burst.toArray());
        assertThat(client.expectDisconnect().reason()).isEqualTo(0x93);
    }

    @Test
    void neverSendsAPacketLargerThanTheClientAllows() {
        RawMqtt client = client(Connect.v5("small").with(Props.MAXIMUM_PACKET_SIZE, 300));
        client.subscribe(1, "small/#");
        RawMqtt writer = client(Connect.v5("smallwriter"));
        writer.put("small/a", "x".repeat(1_000));
        writer.put("small/b", "fits");
        Packet packet = client.expect(Packet.PUBLISH);
        assertThat(packet.text()).isEqualTo("fits");
        assertThat(client.snapshot(0, "small/#")).extracting(Packet::topic).containsExactly("small/b");
    }

    @Test
    void aValueExpiresAndUntilThenItsRestIsTold() {
        RawMqtt writer = client(Connect.v5("expiry"));
        writer.publish("expiry/long", Bytes.utf8("1"), 1, true, 1, Props.none().with(Props.MESSAGE_EXPIRY, 1_000));
        writer.expect(Packet.PUBACK);
        writer.publish("expiry/short", Bytes.utf8("1"), 1, true, 2, Props.none().with(Props.MESSAGE_EXPIRY, 1));
        writer.expect(Packet.PUBACK);
        await().atMost(RawMqtt.PATIENCE).untilAsserted(() -> {
            RawMqtt reader = client(Connect.v5("expiryreader"));
            List<Packet> snapshot = reader.snapshot(0, "expiry/#");
            assertThat(snapshot).extracting(Packet::topic).containsExactly("expiry/long");
            assertThat(snapshot.getFirst().props().number(Props.MESSAGE_EXPIRY)).isBetween(900L, 1_000L);
        });
    }

    @Test
    void theClockIsKnownWhereTheSettingsSaySo() {
        assertThat(client(Connect.v5("")).snapshot(0, "$bookshelf/clock"))
                .singleElement()
                .satisfies(packet -> assertThat(packet.text()).contains("\"known\":true", "\"source\":\"settings\""));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5})
    void theWillOfAClientThatVanishesIsPublishedAndStored(int version) {
        String topic = "will/" + version;
        RawMqtt watcher = client(Connect.v5("willwatcher" + version));
        watcher.subscribe(0, topic);
        client(Connect.of(version, "will" + version).will(topic, "gone", 1, true))
                .reset();
        assertThat(watcher.expect(Packet.PUBLISH).text()).isEqualTo("gone");
        assertThat(client(Connect.v5("willlate" + version)).snapshot(0, topic)).hasSize(1);
    }

    @Test
    void aClientThatSaysGoodbyeHasNoWill() {
        RawMqtt watcher = client(Connect.v4("goodbyewatcher"));
        watcher.subscribe(0, "goodbye");
        RawMqtt polite = client(Connect.v4("polite").will("goodbye", "gone", 0, false));
        polite.disconnect();
        polite.expectClosed();
        RawMqtt rude = client(Connect.v5("rude").will("goodbye", "on purpose", 0, false));
        rude.send(Bytes.packet(Packet.DISCONNECT, 0, new byte[] {4}));
        assertThat(watcher.expect(Packet.PUBLISH).text()).isEqualTo("on purpose");
    }

    @Test
    void aDelayedWillIsCancelledByTheClientsReturn() {
        RawMqtt watcher = client(Connect.v5("delaywatcher"));
        watcher.subscribe(0, "delay");
        client(delayed("never sent")).reset();
        client(delayed("gone")).reset();
        assertThat(watcher.expect(Packet.PUBLISH).text()).isEqualTo("gone");
        watcher.pingPong();
    }

    private static Connect delayed(String will) {
        return Connect.v5("delay")
                .clean(false)
                .with(Props.SESSION_EXPIRY, 60)
                .will("delay", will, 1, false, Props.none().with(Props.WILL_DELAY, 2));
    }

    @Test
    void aPublishWithAnIdThatIsInUseDoesNotDouble() {
        RawMqtt client = client(Connect.v5("reuse"));
        RawMqtt watcher = client(Connect.v5("reusewatcher"));
        watcher.subscribe(0, "reuse");
        client.publish("reuse", "1", 2, false, 7);
        client.expect(Packet.PUBREC);
        client.send(RawMqtt.publishPacket(5, "reuse", Bytes.utf8("1"), 2, false, true, 7, Props.none()));
        client.expect(Packet.PUBREC);
        client.ack(Packet.PUBREL, 7);
        client.expect(Packet.PUBCOMP);
        client.ack(Packet.PUBREL, 7);
        Packet unknown = client.expect(Packet.PUBCOMP);
        assertThat(unknown.reason()).isEqualTo(0x92);
        client.publish("reuse", "2", 0, false, 0);
        assertThat(watcher.expect(Packet.PUBLISH).text()).isEqualTo("1");
        assertThat(watcher.expect(Packet.PUBLISH).text()).isEqualTo("2");
    }

    @Test
    void hundredsOfPublishesInOneWriteAreAllAcknowledgedInOrder() {
        RawMqtt client = client(Connect.v4("burst"));
        Bytes burst = new Bytes();
        for (int i = 1; i <= 5_000; i++) {
            burst.raw(RawMqtt.publishPacket(
                    4, "burst/" + i % 50, Bytes.utf8("" + i), 1, i % 2 == 0, false, i, Props.none()));
        }
        byte[] bytes = burst.toArray();
        Thread sender = Thread.ofVirtual().start(() -> client.send(bytes));
        int[] ids = new int[5_000];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = client.expect(Packet.PUBACK).id();
        }
        assertThat(Arrays.stream(ids).boxed()).isSorted().doesNotHaveDuplicates();
        assertThat(sender)
                .satisfies(thread -> assertThat(thread.join(RawMqtt.PATIENCE)).isTrue());
    }
}
