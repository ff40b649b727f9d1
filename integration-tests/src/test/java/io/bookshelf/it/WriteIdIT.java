package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Versions in acknowledgements for who asks, and writes that are repeated under their id. */
final class WriteIdIT {
    private static final String ASK = "bookshelf-ask";
    private static final String ID = "bookshelf-write-id";
    private static final String VERSION = "bookshelf-version";

    @RegisterExtension
    private final Units units = Units.perTest();

    private static Connect asking(String id) {
        return Connect.v5(id).user(ASK, "what a later version knows").user(ASK, "version");
    }

    private static Packet put(RawMqtt client, String key, String value, int qos, Props props) {
        client.publish(key, Bytes.utf8(value), qos, true, 9, props);
        Packet answer = client.expect(qos == 1 ? Packet.PUBACK : Packet.PUBREC);
        if (qos == 2 && answer.reason() < 0x80) {
            client.ack(Packet.PUBREL, 9);
            client.expect(Packet.PUBCOMP);
        }
        return answer;
    }

    private static Props id(String id) {
        return new Props().user(ID, id).user("kept", "yes");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aRepeatAfterAKillWritesNothingOverANewerValueAndGetsTheFirstAnswer(int qos) {
        UnitProcess unit = units.start();
        RawMqtt first = units.client(unit, asking("writer"));
        Packet answer = put(first, "k", "mine", qos, id("w1"));
        String version = answer.props().user(VERSION);
        assertThat(version).matches("[0-9a-f]{16}-[0-9a-f]{16}");
        assertThat(first.snapshot(0, "k")).singleElement().satisfies(packet -> {
            assertThat(packet.props().user(VERSION)).isEqualTo(version);
            assertThat(packet.props().user("kept")).isEqualTo("yes");
            assertThat(packet.props().user(ID)).as("the id is not stored").isNull();
        });
        String theirs = put(units.client(unit, asking("other")), "k", "theirs", qos, Props.none())
                .props()
                .user(VERSION);
        assertThat(theirs).isGreaterThan(version);

        unit.kill9();
        unit.start();
        RawMqtt watcher = units.client(unit, Connect.v5("watcher"));
        watcher.snapshot(0, "k");
        RawMqtt again = units.client(unit, asking("writer"));
        Packet repeated = put(again, "k", "mine", qos, id("w1"));
        assertThat(repeated.reason()).isEqualTo(answer.reason()).isZero();
        assertThat(repeated.props().user(VERSION)).isEqualTo(version);
        assertThat(put(again, "k2", "x", qos, Props.none()).reason()).isZero();
        watcher.pingPong();
        assertThat(again.snapshot(0, "k")).extracting(Packet::text).containsExactly("theirs");

        Packet another = put(again, "k", "not mine", qos, id("w1"));
        assertThat(another.reason()).isEqualTo(0x83);
        assertThat(another.props().text(Props.REASON_STRING)).contains("this write id was used");
    }

    @Test
    void theVersionIsForWhoAsksAndTakesIt() {
        UnitProcess unit = units.start();
        assertThat(put(units.client(unit, Connect.v5("silent")), "k", "1", 1, Props.none())
                        .props()
                        .users())
                .isEmpty();
        RawMqtt noProblems = units.client(unit, asking("no problems").with(Props.REQUEST_PROBLEM_INFORMATION, 0));
        Packet bare = put(noProblems, "k", "2", 1, Props.none());
        assertThat(bare.props().users()).isEmpty();
        assertThat(bare.reason()).isZero();
        RawMqtt asking = units.client(unit, asking("asking"));
        asking.publish("event", Bytes.utf8("x"), 1, false, 5, Props.none());
        assertThat(asking.expect(Packet.PUBACK).props().users())
                .as("of an event")
                .isEmpty();
        Packet deleted = put(asking, "k", "", 1, Props.none());
        assertThat(deleted.props().user(VERSION)).as("of a delete").isNotNull();
        // It takes 61 bytes: 1 + 1, id 2, reason 1, length 1, and 1 + 2 + 17 + 2 + 33 for the property.
        RawMqtt exactly = units.client(unit, asking("exactly").with(Props.MAXIMUM_PACKET_SIZE, 61));
        assertThat(put(exactly, "k", "3", 1, Props.none()).props().user(VERSION))
                .isNotNull();
        RawMqtt small = units.client(unit, asking("small").with(Props.MAXIMUM_PACKET_SIZE, 60));
        assertThat(put(small, "k", "4", 1, Props.none()).props().users()).isEmpty();
        Packet refused = put(small, "k", "5", 1, id("not an id, by any means"));
        assertThat(refused.reason()).isEqualTo(0x83);
        assertThat(refused.props().text(Props.REASON_STRING))
                .as("the client takes no packet that long")
                .isNull();
    }

    @Test
    void whatIsNoIdOrCannotBeAnsweredIsRefused() {
        UnitProcess unit = units.start();
        RawMqtt client = units.client(unit, asking("client"));
        for (String bad : List.of("", "a b", "ä", "a/b", "x".repeat(65))) {
            Packet refused = put(client, "k", "v", 1, id(bad));
            assertThat(refused.reason()).isEqualTo(0x83);
            assertThat(refused.props().text(Props.REASON_STRING)).contains("1 to 64 characters");
            assertThat(refused.props().user(VERSION)).isNull();
        }
        assertThat(put(client, "k", "v", 1, id("a").user(ID, "b")).reason()).isEqualTo(0x83);
        assertThat(put(client, "k", "v", 1, id("x".repeat(64))).reason()).isZero();
        client.publish("k", Bytes.utf8("v"), 1, false, 5, id("a"));
        assertThat(client.expect(Packet.PUBACK).reason()).as("an event").isEqualTo(0x83);
        client.publish("k", Bytes.utf8("dropped"), 0, true, 0, id("a"));
        client.pingPong();
        assertThat(client.snapshot(0, "k")).extracting(Packet::text).containsExactly("v");
        RawMqtt withWill = units.tcp(unit);
        assertThat(withWill.connect(Connect.v5("w").will("k", "v", 1, true, id("a")))
                        .reason())
                .isEqualTo(0x83);
    }

    @Test
    void anotherClientsIdsAreItsOwn() {
        UnitProcess unit = units.start();
        put(units.client(unit, asking("one")), "k", "1", 1, id("same"));
        assertThat(put(units.client(unit, asking("two")), "k", "2", 1, id("same"))
                        .reason())
                .isZero();
        assertThat(units.client(unit, asking("three")).snapshot(0, "k"))
                .extracting(Packet::text)
                .containsExactly("2");
    }
}
