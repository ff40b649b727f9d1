package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions that outlive their connection, and their unit's process. */
@Order(5)
final class DurableSessionIT {
    private static final int WINDOW = 50;
    /** In flight towards a client that cannot say how much it allows. */
    private static final int UNIT_WINDOW = 512;

    @RegisterExtension
    final Units units = Units.perTest();

    private static Connect durable(int version, String id) {
        Connect connect = Connect.of(version, id).durable();
        return version == 5 ? connect.with(Props.RECEIVE_MAXIMUM, WINDOW) : connect;
    }

    /** Connects a durable client whose session must, or must not, be there already. */
    private RawMqtt join(UnitProcess unit, Connect connect, boolean present) {
        RawMqtt client = units.tcp(unit);
        Packet connack = client.connect(connect);
        assertThat(connack.reason()).isZero();
        if (connect.version > 3) { // MQTT 3.1 has no such flag
            assertThat(connack.sessionPresent()).as("session present").isEqualTo(present);
        }
        return client;
    }

    /** Publishes events 1 to {@code count} with QoS 1 and waits for every PUBACK. */
    private void publishEvents(UnitProcess unit, String topic, int first, int last) {
        RawMqtt writer = units.client(unit, Connect.v5("eventwriter"));
        for (int i = first; i <= last; i++) {
            writer.publish(topic, "" + i, 1, false, i);
        }
        for (int i = first; i <= last; i++) {
            writer.expect(Packet.PUBACK);
        }
        writer.close();
    }

    private static List<String> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
    }

    /** Sends events one by one and waits until the unit has taken each of them over. */
    private void send(UnitProcess unit, String topic, int count, int qos) {
        RawMqtt writer = units.client(unit, Connect.v4("sender"));
        for (int i = 1; i <= count; i++) {
            writer.publish(topic, "" + i, qos, false, i);
            if (qos == 1) {
                writer.expect(Packet.PUBACK);
            } else {
                writer.expect(Packet.PUBREC);
                writer.ack(Packet.PUBREL, i);
                writer.expect(Packet.PUBCOMP);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3,1", "4,1", "5,1", "3,2", "4,2", "5,2"})
    void aFullInFlightWindowSurvivesAKill(int version, int qos) {
        int window = version == 5 ? WINDOW : UNIT_WINDOW;
        int total = window + 100;
        UnitProcess unit = units.start();
        RawMqtt first = join(unit, durable(version, "window"), false);
        first.subscribe(qos, "events");
        send(unit, "events", total, qos);
        Map<Integer, String> unacknowledged = new LinkedHashMap<>();
        for (int i = 0; i < window; i++) {
            Packet packet = first.expect(Packet.PUBLISH);
            assertThat(packet.dup()).isFalse();
            unacknowledged.put(packet.id(), packet.text());
        }
        assertThat(unacknowledged.values()).containsExactlyElementsOf(numbers(1, window));
        first.pingPong();

        unit.kill9();
        unit.start();
        RawMqtt second = join(unit, durable(version, "window"), true);
        Map<Integer, String> again = new LinkedHashMap<>();
        for (int i = 0; i < window; i++) {
            Packet packet = second.expect(Packet.PUBLISH);
            assertThat(packet.dup()).as("sent again").isTrue();
            assertThat(packet.qos()).isEqualTo(qos);
            again.put(packet.id(), packet.text());
        }
        assertThat(again.entrySet())
                .as("the same packet ids, in order")
                .containsExactlyElementsOf(unacknowledged.entrySet());
        again.keySet().forEach(id -> second.ack(qos == 1 ? Packet.PUBACK : Packet.PUBREC, id));
        List<String> rest = new ArrayList<>();
        while (rest.size() < total - window) {
            Packet packet = second.answer();
            switch (packet.type()) {
                case Packet.PUBLISH -> {
                    rest.add(packet.text());
                    second.ack(qos == 1 ? Packet.PUBACK : Packet.PUBREC, packet.id());
                }
                case Packet.PUBREL -> second.ack(Packet.PUBCOMP, packet.id());
                default -> throw new AssertionError("unexpected " + packet);
            }
        }
        assertThat(rest).containsExactlyElementsOf(numbers(window + 1, total));
    }

    @Test
    void aReleasedMessageIsReleasedAgainAndNotSentAgain() {
        UnitProcess unit = units.start();
        RawMqtt first = join(unit, durable(5, "released"), false);
        first.subscribe(2, "released");
        send(unit, "released", 4, 2);
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(first.expect(Packet.PUBLISH).id());
        }
        first.ack(Packet.PUBREC, ids.get(0));
        first.ack(Packet.PUBREC, ids.get(1));
        assertThat(first.expect(Packet.PUBREL).id()).isEqualTo(ids.get(0));
        assertThat(first.expect(Packet.PUBREL).id()).isEqualTo(ids.get(1));
        first.ack(Packet.PUBCOMP, ids.get(1));
        first.pingPong();
        unit.kill9();
        unit.start();
        RawMqtt second = join(unit, durable(5, "released"), true);
        Map<Integer, Integer> types = new HashMap<>();
        while (!types.keySet().containsAll(List.of(ids.get(0), ids.get(2), ids.get(3)))) {
            Packet packet = second.answer();
            types.put(packet.id(), packet.type());
            assertThat(packet.dup()).isEqualTo(packet.type() == Packet.PUBLISH);
        }
        // what its PUBCOMP ended may be released once more if that was not on disk yet
        types.remove(ids.get(1), Packet.PUBREL);
        assertThat(types)
                .containsOnly(
                        Map.entry(ids.get(0), Packet.PUBREL),
                        Map.entry(ids.get(2), Packet.PUBLISH),
                        Map.entry(ids.get(3), Packet.PUBLISH));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aDuplicatePublishAfterAKillDoesNotDouble(int version) {
        UnitProcess unit = units.start();
        RawMqtt subscriber = join(unit, durable(5, "once"), false);
        subscriber.subscribe(1, "once");
        RawMqtt publisher = join(unit, durable(version, "publisher"), false);
        publisher.publish("once", "a", 2, false, 11);
        publisher.publish("once", "b", 2, false, 12);
        publisher.expect(Packet.PUBREC);
        publisher.expect(Packet.PUBREC);
        publisher.ack(Packet.PUBREL, 12);
        publisher.expect(Packet.PUBCOMP);
        unit.kill9();
        unit.start();
        RawMqtt back = join(unit, durable(version, "publisher"), true);
        back.send(RawMqtt.publishPacket(version, "once", Bytes.utf8("a"), 2, false, true, 11, Props.none()));
        assertThat(back.expect(Packet.PUBREC).reason()).isZero();
        back.ack(Packet.PUBREL, 11);
        back.expect(Packet.PUBCOMP);
        back.publish("once", "c", 2, false, 12);
        back.expect(Packet.PUBREC);
        back.ack(Packet.PUBREL, 12);
        back.expect(Packet.PUBCOMP);
        RawMqtt returned = join(unit, durable(5, "once"), true);
        List<String> seen = new ArrayList<>();
        while (!seen.contains("c")) {
            Packet packet = returned.poll(RawMqtt.PATIENCE);
            if (packet == null) {
                throw new AssertionError("only " + seen + " came");
            }
            seen.add(packet.text());
            returned.ack(Packet.PUBACK, packet.id());
        }
        // MQTT leaves it to the unit whether a message is passed on at its PUBLISH or at its PUBREL
        assertThat(seen).containsExactlyInAnyOrder("a", "b", "c").endsWith("c");
    }

    @Test
    void aReturningSessionGetsTheNewestValueOfEachChangedKeyAndTheDeletes() {
        UnitProcess unit = units.start();
        RawMqtt writer = units.client(unit, Connect.v5("w"));
        writer.put("state/same", "1");
        writer.put("state/changed", "1");
        writer.put("state/deleted", "1");
        RawMqtt first = join(unit, durable(5, "state"), false);
        for (Packet packet : first.snapshot(1, "state/#")) {
            assertThat(packet.text()).isEqualTo("1");
        }
        first.pingPong();
        first.reset();
        for (int i = 2; i <= 50; i++) {
            writer.put("state/changed", "" + i);
            writer.put("state/new", "" + i);
        }
        writer.put("state/deleted", "");
        unit.kill9();
        unit.start();
        RawMqtt back = join(unit, durable(5, "state"), true);
        Map<String, String> seen = new HashMap<>();
        while (seen.size() < 3) {
            Packet packet = back.expect(Packet.PUBLISH);
            assertThat(seen.put(packet.topic(), packet.text()))
                    .as(packet.topic() + " once")
                    .isNull();
            back.ack(Packet.PUBACK, packet.id());
        }
        assertThat(seen)
                .containsOnly(
                        Map.entry("state/changed", "50"), Map.entry("state/new", "50"), Map.entry("state/deleted", ""));
    }

    @Test
    void queuedEventsAreBoundedAndTheOldestGo() {
        UnitProcess unit = units.start();
        RawMqtt first = join(unit, durable(4, "bounded"), false);
        first.subscribe(1, "bounded");
        first.disconnect();
        first.expectClosed();
        publishEvents(unit, "bounded", 1, 1_000);
        publishEvents(unit, "bounded", 1_001, 1_500);
        RawMqtt back = join(unit, durable(4, "bounded"), true);
        List<String> seen = new ArrayList<>();
        while (!seen.contains("1500")) {
            Packet packet = back.expect(Packet.PUBLISH);
            seen.add(packet.text());
            back.ack(Packet.PUBACK, packet.id());
        }
        assertThat(seen).containsExactlyElementsOf(numbers(501, 1_500));
    }

    @Test
    void aCleanStartForgetsTheSessionForGood() {
        UnitProcess unit = units.start();
        RawMqtt first = join(unit, durable(5, "clean"), false);
        first.subscribe(1, "clean");
        first.disconnect();
        first.expectClosed();
        RawMqtt clean = join(unit, Connect.v5("clean"), false);
        clean.disconnect();
        clean.expectClosed();
        unit.kill9();
        unit.start();
        join(unit, durable(5, "clean"), false);
    }

    @Test
    void aSessionExpiresByTheClientsWish() {
        UnitProcess unit = units.start();
        RawMqtt first = units.tcp(unit);
        first.connect(Connect.v5("expires").clean(false).with(Props.SESSION_EXPIRY, 1));
        first.reset();
        await().pollInterval(Duration.ofSeconds(2))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    try (RawMqtt back = RawMqtt.tcp(unit.mqtt())) {
                        return !back.connect(Connect.v5("expires").clean(false).with(Props.SESSION_EXPIRY, 1))
                                .sessionPresent();
                    }
                });
    }

    @Test
    void willsOfClientsThatWereConnectedAtTheKillArePublishedAtTheNextStart() {
        UnitProcess unit = units.start();
        RawMqtt watcher = join(unit, durable(4, "willwatcher"), false);
        watcher.subscribe(1, "wills/#");
        units.client(unit, Connect.v4("w1").will("wills/retained", "gone", 1, true));
        units.client(unit, Connect.v5("w2").will("wills/event", "gone too", 1, false));
        RawMqtt polite = units.client(unit, Connect.v5("w3").will("wills/none", "never", 1, true));
        polite.disconnect();
        polite.expectClosed();
        watcher.pingPong();
        unit.kill9();
        unit.start();
        RawMqtt back = join(unit, durable(4, "willwatcher"), true);
        Map<String, String> seen = new HashMap<>();
        while (seen.size() < 2) {
            Packet packet = back.expect(Packet.PUBLISH);
            seen.put(packet.topic(), packet.text());
            back.ack(Packet.PUBACK, packet.id());
        }
        assertThat(seen).containsOnly(Map.entry("wills/retained", "gone"), Map.entry("wills/event", "gone too"));
        RawMqtt reader = units.client(unit, Connect.v5("r"));
        assertThat(reader.snapshot(0, "wills/#")).extracting(Packet::topic).containsExactly("wills/retained");
    }
}
