package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubRecException;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.puback.Mqtt5PubAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRec;
import com.hivemq.client.mqtt.mqtt5.message.publish.pubrec.Mqtt5PubRecReasonCode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A write that is made only where the key has no value. */
final class IfAbsentIT {
    private static final int ROUNDS = 50;
    private static final String PROPERTY = "bookshelf-if-absent";

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start("[clock]\ntrust = \"always\"\n");
    }

    private static RawMqtt client(String id) {
        return UNITS.client(unit, Connect.v5(id));
    }

    private static Props ifAbsent() {
        return new Props().user(PROPERTY, "true").user("kept", "yes");
    }

    private static Packet put(RawMqtt client, String key, String value, Props props) {
        client.publish(key, Bytes.utf8(value), 1, true, 9, props);
        return client.expect(Packet.PUBACK);
    }

    private static Mqtt5AsyncClient racer(String id) {
        Mqtt5AsyncClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(id)
                .serverAddress(unit.mqtt())
                .buildAsync();
        client.toBlocking().connect();
        return client;
    }

    /** True if it was made; whoever lost is told so by the reason and its string. */
    private static CompletableFuture<Boolean> race(Mqtt5AsyncClient client, String key, MqttQos qos) {
        return client.publishWith()
                .topic(key)
                .qos(qos)
                .retain(true)
                .payload(Bytes.utf8(client.getConfig().getClientIdentifier().orElseThrow() + key))
                .userProperties()
                .add(PROPERTY, "true")
                .applyUserProperties()
                .send()
                .handle((result, failure) -> won(failure));
    }

    private static boolean won(@Nullable Throwable failure) {
        if (failure == null) {
            return true;
        }
        switch (failure) {
            case Mqtt5PubAckException one -> {
                Mqtt5PubAck answer = one.getMqttMessage();
                assertThat(answer.getReasonCode()).isEqualTo(Mqtt5PubAckReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
                assertThat(answer.getReasonString()).map(Object::toString).contains("the key exists");
            }
            case Mqtt5PubRecException two -> {
                Mqtt5PubRec answer = two.getMqttMessage();
                assertThat(answer.getReasonCode()).isEqualTo(Mqtt5PubRecReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
                assertThat(answer.getReasonString()).map(Object::toString).contains("the key exists");
            }
            default -> throw new AssertionError(failure);
        }
        return false;
    }

    @Test
    void ofTwoThatRaceExactlyOneWinsAndItsValueIsThere() {
        Mqtt5AsyncClient a = racer("a");
        Mqtt5AsyncClient b = racer("b");
        RawMqtt watcher = client("watcher");
        // To its end: a key that changes while the snapshot runs may come twice.
        assertThat(watcher.snapshot(0, "race/#")).isEmpty();
        List<CompletableFuture<Boolean>> forA = new ArrayList<>();
        List<CompletableFuture<Boolean>> forB = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            MqttQos qos = i % 2 == 0 ? MqttQos.AT_LEAST_ONCE : MqttQos.EXACTLY_ONCE;
            forA.add(race(a, "race/" + i, qos));
            forB.add(race(b, "race/" + i, qos));
        }
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            boolean aWon = forA.get(i).join();
            assertThat(forB.get(i).join()).as("race/%d", i).isEqualTo(!aWon);
            expected.add((aWon ? "a" : "b") + "race/" + i);
        }
        List<String> routed = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            routed.add(watcher.expect(Packet.PUBLISH).text());
        }
        watcher.pingPong();
        assertThat(routed).as("what was refused is not routed").containsExactlyInAnyOrderElementsOf(expected);
        assertThat(client("reader").snapshot(0, "race/#"))
                .extracting(Packet::text)
                .containsExactlyInAnyOrderElementsOf(expected);
        a.toBlocking().disconnect();
        b.toBlocking().disconnect();
    }

    @Test
    void aDeletedOrExpiredKeyIsAbsentAndThePropertyIsNotStored() {
        RawMqtt client = client("writer");
        put(client, "gone/deleted", "old", Props.none());
        put(client, "gone/deleted", "", Props.none());
        put(client, "gone/expired", "old", new Props().with(Props.MESSAGE_EXPIRY, 1));
        assertThat(put(client, "gone/deleted", "new", ifAbsent()).reason()).isZero();
        await().atMost(RawMqtt.PATIENCE)
                .until(() -> put(client, "gone/expired", "new", ifAbsent()).reason() == 0);
        List<Packet> there = client.snapshot(0, "gone/#");
        assertThat(there).extracting(Packet::text).containsExactly("new", "new");
        assertThat(there).allSatisfy(packet -> {
            assertThat(packet.props().user("kept")).isEqualTo("yes");
            assertThat(packet.props().user(PROPERTY)).isNull();
        });
    }

    @Test
    void whatCannotBeAnsweredOrMeansNothingIsRefused() {
        RawMqtt client = client("wrong");
        assertThat(put(client, "wrong/a", "", ifAbsent()).reason())
                .as("a delete")
                .isEqualTo(0x83);
        assertThat(put(client, "wrong/a", "x", new Props().user(PROPERTY, "yes"))
                        .reason())
                .isEqualTo(0x83);
        client.publish("wrong/a", Bytes.utf8("x"), 1, false, 9, ifAbsent());
        Packet event = client.expect(Packet.PUBACK);
        assertThat(event.reason()).as("an event").isEqualTo(0x83);
        assertThat(event.props().text(Props.REASON_STRING)).contains("retained publish with a payload");
        client.publish("wrong/a", Bytes.utf8("x"), 0, true, 0, ifAbsent());
        client.pingPong();
        assertThat(client("reader").snapshot(0, "wrong/#"))
                .as("QoS 0 is dropped")
                .isEmpty();
        assertThat(put(client, "wrong/a", "x", new Props().user(PROPERTY, "false"))
                        .reason())
                .isZero();
        Packet connack = UNITS.tcp(unit).connect(Connect.v5("will").will("wrong/will", "x", 1, true, ifAbsent()));
        assertThat(connack.reason()).as("a will").isEqualTo(0x83);
    }

    @Test
    void whoLosesAtQosTwoMayUseThePacketIdAgain() {
        RawMqtt client = client("two");
        put(client, "two/a", "first", Props.none());
        client.publish("two/a", Bytes.utf8("second"), 2, true, 5, ifAbsent());
        assertThat(client.expect(Packet.PUBREC).reason()).isEqualTo(0x83);
        client.publish("two/b", Bytes.utf8("other"), 2, true, 5, ifAbsent());
        assertThat(client.expect(Packet.PUBREC).reason()).isZero();
        client.ack(Packet.PUBREL, 5);
        client.expect(Packet.PUBCOMP);
        assertThat(client.snapshot(0, "two/#")).extracting(Packet::text).containsExactly("first", "other");
    }
}
