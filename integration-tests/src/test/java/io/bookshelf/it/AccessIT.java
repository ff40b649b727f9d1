package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords and rules, as clients meet them: who comes in, and what they may write and read there. */
final class AccessIT {
    private static final String CONFIG = """
            [access]
            password_file = "passwords"

            [[access.rules]]
            user = "anna"
            allow = ["read", "write"]
            topics = ["home/#", "secret/#", "rooms/#"]

            [[access.rules]]
            user = "bert"
            allow = ["read"]
            topics = ["home/#"]

            [[access.rules]]
            user = "bert"
            allow = ["read", "write"]
            topics = ["rooms/%u/+"]

            [[access.rules]]
            client = "sensor"
            allow = ["write"]
            topics = ["sensors/%c"]

            [[access.rules]]
            allow = ["read"]
            topics = ["sensors/+"]

            [[access.rules]]
            user = "carl"
            client_ids = ["carl-*"]
            """;

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        Path folder = UNITS.folder();
        UnitProcess.passwd(folder.resolve("passwords"), "anna", "annassecret");
        UnitProcess.passwd(folder.resolve("passwords"), "bert", "bertssecret");
        UnitProcess.passwd(folder.resolve("passwords"), "carl", "carlssecret");
        unit = UNITS.createIn(folder, CONFIG);
        unit.start();
    }

    private static Connect anna(String clientId) {
        return Connect.v5(clientId).as("anna", "annassecret");
    }

    private static Connect anna(int version) {
        return Connect.of(version, "annas").as("anna", "annassecret");
    }

    private static Connect bert(int version, String clientId) {
        return Connect.of(version, clientId).as("bert", "bertssecret");
    }

    private static RawMqtt client(Connect connect) {
        return UNITS.client(unit, connect);
    }

    private static int subscribeCode(RawMqtt client, String filter) {
        client.sendSubscribe(1, Props.none(), 1, filter);
        return client.expect(Packet.SUBACK).reasons()[0];
    }

    private static List<String> topics(List<Packet> packets) {
        return packets.stream().map(Packet::topic).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void whoProvesNoNameIsRefusedWithTheCodeOfTheVersion(int version) {
        int refused = version == 5 ? 0x86 : 4;
        for (Connect connect : List.of(
                Connect.of(version, "c"),
                Connect.of(version, "c").as("anna", "bertssecret"),
                Connect.of(version, "c").as("anna", ""),
                Connect.of(version, "c").as("anna", null),
                Connect.of(version, "c").as("dora", "annassecret"))) {
            RawMqtt client = UNITS.tcp(unit);
            assertThat(client.connect(connect).reason()).isEqualTo(refused);
            client.expectClosed();
        }
        client(anna(version)).pingPong();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv311", "mqttv5"})
    void mosquittosToolsComeInWithTheirPasswordAndNotWithAnother(String version) {
        String key = "home/tool/" + version;
        String anna = "-V " + version + " -u anna -P annassecret -q 1 -r -t " + key;
        String bert = "-V " + version + " -u bert -P bertssecret -W 20 -v";
        MosquittoClient.run(unit.mqtt(), "mosquitto_pub", words(anna + " -m 1"));
        assertThat(MosquittoClient.fails(unit.mqtt(), "mosquitto_pub", words(anna + " -P wrong -m 2")))
                .containsIgnoringCase("bad user name or password");
        assertThat(MosquittoClient.run(unit.mqtt(), "mosquitto_sub", words(bert + " -C 1 -t secret/# -t " + key)))
                .contains(key + " 1");
        assertThat(MosquittoClient.run(unit.mqtt(), "mosquitto_sub", words(bert + " -t secret/#")))
                .contains("denied");
    }

    private static String[] words(String arguments) {
        return arguments.split(" ");
    }

    @Test
    void aPublishWithoutTheRightIsRefusedAndChangesNothing() {
        RawMqtt watcher = client(anna(5));
        watcher.subscribe(0, "home/refused/#");
        RawMqtt bert = client(bert(5, "berts"));
        bert.publish("home/refused/0", "x", 0, true, 0);
        bert.publish("home/refused/1", "x", 1, true, 1);
        assertThat(bert.expect(Packet.PUBACK).reason()).isEqualTo(0x87);
        bert.publish("home/refused/2", "x", 2, true, 2);
        assertThat(bert.expect(Packet.PUBREC).reason()).isEqualTo(0x87);
        bert.publish("home/refused/1", "an event", 1, false, 3);
        assertThat(bert.expect(Packet.PUBACK).reason()).isEqualTo(0x87);
        bert.pingPong();
        for (int qos = 0; qos <= 2; qos++) {
            RawMqtt old = client(bert(4, "old"));
            old.publish("home/refused/old", "x", qos, true, 1);
            assertThat(old.next(RawMqtt.PATIENCE)).as("no answer, but the end").isNull();
        }
        watcher.pingPong();
        assertThat(client(anna(5)).snapshot(0, "home/refused/#")).isEmpty();
    }

    @Test
    void rulesAreForUsersForClientsAndForTopics() {
        RawMqtt bert = client(bert(5, "berts"));
        assertThat(bert.put("rooms/bert/lamp", "on").reason()).isZero();
        assertThat(bert.put("rooms/bert/lamp/colour", "red").reason()).isEqualTo(0x87);
        assertThat(bert.put("rooms/anna/lamp", "on").reason()).isEqualTo(0x87);
        assertThat(bert.put("sensors/sensor", "1").reason()).isEqualTo(0x87);
        assertThat(subscribeCode(bert, "sensors/sensor")).isEqualTo(1);
        RawMqtt sensor = client(bert(5, "sensor"));
        assertThat(sensor.put("sensors/sensor", "2").reason()).isZero();
        assertThat(sensor.put("sensors/other", "2").reason()).isEqualTo(0x87);
        assertThat(bert.expect(Packet.PUBLISH).text()).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aWillNeedsTheRightToWriteItsTopic(int version) {
        RawMqtt refused = UNITS.tcp(unit);
        assertThat(refused.connect(bert(version, "w").will("home/will", "x", 1, true))
                        .reason())
                .isEqualTo(version == 5 ? 0x87 : 5);
        client(bert(version, "w").will("rooms/bert/will", "x", 1, true)).disconnect();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aSubscriptionGetsWhatMayBeReadAndNothingElse(int version) {
        RawMqtt anna = client(anna(5));
        anna.put("home/seen", "1");
        anna.put("secret/hidden", "1");
        RawMqtt bert = client(bert(version, "berts"));
        bert.sendSubscribe(1, Props.none(), 1, "secret/#", "home/seen", "secret/hidden", "$SYS/#");
        int denied = version == 5 ? 0x87 : 0x80;
        assertThat(bert.expect(Packet.SUBACK).reasons()).containsExactly(denied, 1, denied, denied);
        assertThat(bert.expect(Packet.PUBLISH).topic()).isEqualTo("home/seen");
        bert.pingPong();
        RawMqtt all = client(bert(version, "all"));
        assertThat(topics(all.snapshot(0, "#", "+/hidden")))
                .contains("home/seen")
                .noneMatch(topic -> topic.startsWith("secret/"));
        anna.put("secret/hidden", "2");
        anna.put("home/seen", "2");
        assertThat(all.expect(Packet.PUBLISH).topic()).as("live").isEqualTo("home/seen");
    }

    @Test
    void nobodyTakesOverTheSessionOfAnotherUserByItsClientId() {
        RawMqtt anna = client(anna("shared").durable().will("home/will", "fired", 1, true));
        anna.subscribe(1, "home/shared");
        RawMqtt bert = UNITS.tcp(unit);
        assertThat(bert.connect(bert(5, "shared").durable()).sessionPresent()).isFalse();
        anna.pingPong();
        RawMqtt again = UNITS.tcp(unit);
        assertThat(again.connect(bert(5, "shared").clean(true)).reason()).isZero();
        assertThat(bert.expectDisconnect().reason()).as("bert's own").isEqualTo(0x8E);
        anna.pingPong();
        assertThat(client(anna(5)).snapshot(0, "home/will")).isEmpty();
        anna.disconnect();
        RawMqtt back = UNITS.tcp(unit);
        assertThat(back.connect(anna("shared").durable()).sessionPresent()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void aRuleSaysWhichClientIdsAUserMayHave(int version) {
        Connect carl = Connect.of(version, "annas").as("carl", "carlssecret");
        assertThat(UNITS.tcp(unit).connect(carl).reason()).isEqualTo(version == 5 ? 0x85 : 2);
        client(Connect.of(version, "carl-1").as("carl", "carlssecret")).pingPong();
        client(Connect.of(version, "").as("carl", "carlssecret")).pingPong();
        assertThat(UNITS.tcp(unit)
                        .connect(Connect.of(version, "user://anna/annas").as("bert", "bertssecret"))
                        .reason())
                .isEqualTo(version == 5 ? 0x85 : 2);
    }
}
