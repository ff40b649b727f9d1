package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What subscribers get, packet by packet. */
final class SubscribeIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    private RawMqtt client(Connect connect) {
        return UNITS.client(unit, connect);
    }

    @Test
    void carriesTheIdentifierOfEveryMatchingSubscription() {
        RawMqtt client = client(Connect.v5("ids"));
        client.sendSubscribe(1, Props.none().with(Props.SUBSCRIPTION_ID, 7), 0, "ids/+");
        client.expect(Packet.SUBACK);
        client.sendSubscribe(2, Props.none().with(Props.SUBSCRIPTION_ID, 200_000), 0, "ids/#");
        client.expect(Packet.SUBACK);
        client.publish("ids/a", "x", 0, false, 0);
        List<Long> ids = new ArrayList<>(client.expect(Packet.PUBLISH).props().subscriptionIds());
        if (ids.size() == 1) {
            // MQTT lets a server send one copy a subscription instead
            ids.addAll(client.expect(Packet.PUBLISH).props().subscriptionIds());
        }
        assertThat(ids).containsExactlyInAnyOrder(7L, 200_000L);
        client.pingPong();
    }

    @Test
    void retainHandlingSaysWhenTheSnapshotIsSent() {
        RawMqtt client = client(Connect.v5("handling"));
        client.put("handling/a", "1");
        assertThat(client.snapshot(2 << 4, "handling/#")).as("never").isEmpty();
        assertThat(client.snapshot(1 << 4, "handling/#")).as("known already").isEmpty();
        assertThat(client.snapshot(1 << 4, "handling/+")).as("new").hasSize(1);
        assertThat(client.snapshot(0, "handling/#"))
                .as("always")
                .singleElement()
                .satisfies(packet -> {
                    assertThat(packet.text()).isEqualTo("1");
                    assertThat(packet.retain()).isTrue();
                });
    }

    @Test
    void whoUnsubscribesAndSubscribesWithoutWaitingGetsTheSnapshotOfANewSubscription() {
        RawMqtt client = client(Connect.v5("again").durable());
        client.put("again/a", "1");
        client.subscribe(1, "again/#");
        client.ack(Packet.PUBACK, client.expect(Packet.PUBLISH).id());
        client.sendUnsubscribe(2, "again/#");
        client.sendSubscribe(3, Props.none(), 1 << 4, "again/#");
        client.expect(Packet.UNSUBACK);
        client.expect(Packet.SUBACK);
        assertThat(client.expect(Packet.PUBLISH).topic()).isEqualTo("again/a");
        client.disconnect();
    }

    @Test
    void snapshotsComeInTheOrderOfTheFilters() {
        RawMqtt client = client(Connect.v5("filters"));
        client.put("filters/a/1", "1");
        client.put("filters/b/1", "1");
        client.put("filters/b/2", "1");
        assertThat(client.snapshot(1, "filters/b/#", "$bookshelf/unit", "filters/a/#", "filters/b/1"))
                .extracting(Packet::topic)
                .containsExactly("filters/b/1", "filters/b/2", "$bookshelf/unit", "filters/a/1", "filters/b/1");
    }

    @Test
    void noLocalHidesOnesOwnMessages() {
        RawMqtt client = client(Connect.v5("nolocal"));
        client.sendSubscribe(1, Props.none(), 4, "nolocal/#");
        client.expect(Packet.SUBACK);
        client.publish("nolocal/own", "x", 0, false, 0);
        client.publish("nolocal/own", "x", 0, true, 0);
        RawMqtt other = client(Connect.v5("nolocal2"));
        other.publish("nolocal/other", "x", 0, false, 0);
        assertThat(client.expect(Packet.PUBLISH).topic()).isEqualTo("nolocal/other");
    }

    @Test
    void retainAsPublishedKeepsTheFlag() {
        RawMqtt keeps = client(Connect.v5("rap"));
        keeps.sendSubscribe(1, Props.none(), 8, "rap/#");
        keeps.expect(Packet.SUBACK);
        RawMqtt clears = client(Connect.v5("rap2"));
        // Until the end of the snapshot, what is written may come as a part of it.
        assertThat(clears.snapshot(0, "rap/#")).isEmpty();
        RawMqtt writer = client(Connect.v5("rapwriter"));
        writer.publish("rap/a", "1", 0, true, 0);
        writer.publish("rap/a", "2", 0, false, 0);
        assertThat(keeps.expect(Packet.PUBLISH).retain()).isTrue();
        assertThat(keeps.expect(Packet.PUBLISH).retain()).isFalse();
        assertThat(clears.expect(Packet.PUBLISH).retain()).isFalse();
        assertThat(clears.expect(Packet.PUBLISH).retain()).isFalse();
    }

    @Test
    void sharesMessagesOfAGroup() {
        List<RawMqtt> members = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            RawMqtt member = client(Connect.v5("share" + i));
            member.subscribe(0, "$share/group/share/#");
            members.add(member);
        }
        RawMqtt writer = client(Connect.v5("sharewriter"));
        for (int i = 0; i < 30; i++) {
            writer.publish("share/t", "" + i, 1, false, i + 1);
            writer.expect(Packet.PUBACK);
        }
        List<Integer> counts = new ArrayList<>();
        List<String> all = new ArrayList<>();
        for (RawMqtt member : members) {
            member.ping();
            int count = 0;
            for (Packet packet = member.next(RawMqtt.PATIENCE);
                    packet != null && packet.type() == Packet.PUBLISH;
                    packet = member.next(RawMqtt.PATIENCE)) {
                count++;
                all.add(packet.text());
            }
            counts.add(count);
        }
        assertThat(all).as("each message once").hasSize(30).doesNotHaveDuplicates();
        assertThat(counts).as("balanced").allSatisfy(count -> assertThat(count).isBetween(5, 15));
    }

    @Test
    void aSharedSubscriptionGetsNoSnapshot() {
        RawMqtt client = client(Connect.v5("sharesnap"));
        client.put("sharesnap/a", "1");
        assertThat(client.snapshot(0, "$share/g/sharesnap/#")).isEmpty();
    }

    @Test
    void passesRequestAndResponseProperties() {
        RawMqtt responder = client(Connect.v5("responder"));
        responder.subscribe(1, "request");
        RawMqtt asker = client(Connect.v5("asker"));
        asker.subscribe(1, "response/asker");
        byte[] correlation = {1, 0, (byte) 0xFF};
        asker.publish(
                "request",
                Bytes.utf8("{}"),
                1,
                false,
                5,
                Props.none()
                        .with(Props.RESPONSE_TOPIC, "response/asker")
                        .with(Props.CORRELATION_DATA, correlation)
                        .with(Props.CONTENT_TYPE, "application/json")
                        .with(Props.PAYLOAD_FORMAT, 1)
                        .user("a", "1")
                        .user("a", "2"));
        Packet request = responder.expect(Packet.PUBLISH);
        Props props = request.props();
        assertThat(props.text(Props.RESPONSE_TOPIC)).isEqualTo("response/asker");
        assertThat(props.bytes(Props.CORRELATION_DATA)).isEqualTo(correlation);
        assertThat(props.text(Props.CONTENT_TYPE)).isEqualTo("application/json");
        assertThat(props.number(Props.PAYLOAD_FORMAT)).isEqualTo(1);
        assertThat(props.users()).containsExactly(new Props.Pair("a", "1"), new Props.Pair("a", "2"));
        responder.publish(
                "response/asker",
                Bytes.utf8("ok"),
                1,
                false,
                6,
                Props.none().with(Props.CORRELATION_DATA, correlation));
        asker.expect(Packet.PUBACK);
        assertThat(asker.expect(Packet.PUBLISH).props().bytes(Props.CORRELATION_DATA))
                .isEqualTo(correlation);
    }

    @Test
    void stateMessagesCarryTheirVersionAndEventsDoNot() {
        RawMqtt client = client(Connect.v5("version"));
        client.subscribe(0, "version/#");
        RawMqtt writer = client(Connect.v5("versionwriter"));
        Props forged = Props.none().user("bookshelf-version", "forged").user("mine", "kept");
        writer.publish("version/key", Bytes.utf8("1"), 0, true, 0, forged);
        writer.publish("version/key", Bytes.utf8("2"), 0, true, 0, Props.none());
        writer.publish("version/key", Bytes.utf8("event"), 0, false, 0, forged);
        writer.publish("version/key", new byte[0], 0, true, 0, Props.none());
        String last = "";
        for (int i = 0; i < 4; i++) {
            Packet packet = client.expect(Packet.PUBLISH);
            String version = packet.props().user("bookshelf-version");
            if (i == 2) {
                assertThat(packet.text()).isEqualTo("event");
                assertThat(version).isNull();
                assertThat(packet.props().user("bookshelf-unit")).isNull();
                assertThat(packet.props().user("bookshelf-time")).isNull();
                continue;
            }
            assertThat(version).matches("[0-9a-f]{16}-[0-9a-f]{16}").isGreaterThan(last);
            assertThat(packet.props().user("bookshelf-unit")).isEqualTo("unit-under-test");
            assertThat(packet.props().user("bookshelf-time")).isNotBlank();
            last = version;
        }
    }

    @Test
    void eventsComeInOrderWithTheStoredWritesOfTheirPublisher() {
        RawMqtt client = client(Connect.v5("order"));
        client.sendSubscribe(1, Props.none(), 2, "order/#");
        client.expect(Packet.SUBACK);
        RawMqtt writer = client(Connect.v5("orderwriter"));
        for (int i = 0; i < 60; i++) {
            writer.publish("order/" + i, "" + i, i % 3, i % 2 == 0, i + 1);
            if (i % 3 == 2) {
                writer.ack(Packet.PUBREL, i + 1);
            }
        }
        for (int i = 0; i < 60; i++) {
            Packet packet = nextPublish(client);
            assertThat(packet.text()).isEqualTo("" + i);
        }
    }

    /** The next PUBLISH; those before it and this one are acknowledged as they should be. */
    private static Packet nextPublish(RawMqtt client) {
        while (true) {
            Packet packet = client.answer();
            if (packet.type() == Packet.PUBREL) {
                client.ack(Packet.PUBCOMP, packet.id());
            } else if (packet.type() == Packet.PUBLISH) {
                if (packet.qos() > 0) {
                    client.ack(packet.qos() == 1 ? Packet.PUBACK : Packet.PUBREC, packet.id());
                }
                return packet;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void storesRetainedMessagesOfEveryQosAndAnEmptyOneDeletes(int qos) {
        RawMqtt writer = client(Connect.v5("qos" + qos));
        String key = "qos/" + qos;
        // At QoS 0 only somebody who gets it can tell that it is stored.
        RawMqtt watcher = client(Connect.v4("qoswatcher" + qos));
        watcher.subscribe(0, key);
        put(writer, key, "value", qos);
        watcher.expect(Packet.PUBLISH);
        RawMqtt reader = client(Connect.v4("qosreader" + qos));
        reader.subscribe(0, key);
        Packet stored = reader.expect(Packet.PUBLISH);
        assertThat(stored.text()).isEqualTo("value");
        assertThat(stored.retain()).isTrue();
        put(writer, key, "", qos);
        Packet deleted = reader.expect(Packet.PUBLISH);
        assertThat(deleted.payload()).isEmpty();
        RawMqtt late = client(Connect.v4("qoslate" + qos));
        assertThat(late.snapshot(0, key)).isEmpty();
    }

    private static void put(RawMqtt writer, String key, String value, int qos) {
        writer.publish(key, value, qos, true, 9);
        if (qos == 1) {
            writer.expect(Packet.PUBACK);
        } else if (qos == 2) {
            writer.expect(Packet.PUBREC);
            writer.ack(Packet.PUBREL, 9);
            writer.expect(Packet.PUBCOMP);
        }
    }

    @Test
    void aWildcardFilterMatchesAsMqttSaysAlsoInTheSnapshot() {
        RawMqtt writer = client(Connect.v5("match"));
        for (String key : List.of("b9", "b9/x", "b9/x/y", "b90/x", "b9//z")) {
            writer.put(key, "v");
        }
        assertThat(snapshot("b9/+/#")).containsExactlyInAnyOrder("b9/x", "b9/x/y", "b9//z");
        assertThat(snapshot("b9/#")).containsExactlyInAnyOrder("b9", "b9/x", "b9/x/y", "b9//z");
        assertThat(snapshot("b9/+")).containsExactlyInAnyOrder("b9/x");
        assertThat(snapshot("+/x")).contains("b9/x", "b90/x");
        assertThat(snapshot("b9/+/z")).containsExactlyInAnyOrder("b9//z");
        assertThat(snapshot("#")).contains("b9").noneMatch(topic -> topic.startsWith("$"));
        assertThat(snapshot("+/broker/#")).noneMatch(topic -> topic.startsWith("$"));
    }

    private List<String> snapshot(String filter) {
        try (RawMqtt client = RawMqtt.connected(unit.mqtt(), Connect.v5(""))) {
            return client.snapshot(0, filter).stream().map(Packet::topic).toList();
        }
    }

    /** Python asks it too: adjtimex(2) answers 5 for a clock that is not synchronised. */
    @Test
    void theClockIsKnownIfTheKernelSaysSo() throws Exception {
        String ask = "import ctypes; print(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512)))";
        Process python = new ProcessBuilder("/usr/bin/python3", "-c", ask).start();
        boolean known = !new String(python.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .strip()
                .equals("5");
        assertThat(client(Connect.v5("")).snapshot(0, "$bookshelf/clock"))
                .singleElement()
                .satisfies(packet -> assertThat(packet.text())
                        .contains("\"known\":" + known, "\"source\":\"" + (known ? "kernel" : "") + "\""));
    }

    @Test
    void aSubscriptionRightBehindConnectCounts() {
        client(Connect.v5("eager")).put("eager/a", "1");
        for (int i = 0; i < 100; i++) {
            RawMqtt client = UNITS.tcp(unit);
            client.version(4);
            client.send(new Bytes()
                    .raw(Connect.v4("eager" + i).toBytes())
                    .raw(Bytes.packet(
                            Packet.SUBSCRIBE,
                            2,
                            new Bytes().u16(1).string("eager/#").u8(0).toArray()))
                    .toArray());
            client.expect(Packet.CONNACK);
            client.expect(Packet.SUBACK);
            assertThat(client.expect(Packet.PUBLISH).text()).isEqualTo("1");
            client.close();
        }
    }

    @Test
    void aDuplicateThatIsSeenForTheFirstTimeIsDelivered() {
        RawMqtt client = client(Connect.v4("dup"));
        client.subscribe(1, "dup");
        client.send(RawMqtt.publishPacket(4, "dup", Bytes.utf8("x"), 1, false, true, 3, Props.none()));
        List<Integer> types = List.of(client.answer().type(), client.answer().type());
        assertThat(types).containsExactlyInAnyOrder(Packet.PUBACK, Packet.PUBLISH);
    }

    @Test
    void unsubscribeAnswersForEachFilter() {
        RawMqtt client = client(Connect.v5("unsub"));
        client.subscribe(0, "unsub/a", "unsub/b");
        client.sendUnsubscribe(9, "unsub/a", "unsub/never", "unsub/b");
        assertThat(client.expect(Packet.UNSUBACK).reasons()).containsExactly(0, 0x11, 0);
        client.publish("unsub/a", "x", 0, false, 0);
        client.pingPong();
    }
}
