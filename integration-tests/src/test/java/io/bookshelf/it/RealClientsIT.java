package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.it.RealClient.Message;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients as people have them, side by side on one unit: each reads what each of the others writes. */
@Order(4)
final class RealClientsIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static UnitProcess unit;

    @BeforeAll
    static void start() {
        unit = UNITS.start();
    }

    private static InetSocketAddress mqtt() {
        return unit.mqtt();
    }

    private List<RealClient> clients() {
        // Each is taken care of before the next one is started, which may fail.
        return List.of(
                UNITS.closing(new MosquittoClient(mqtt(), "mqttv311")),
                UNITS.closing(new MosquittoClient(mqtt(), "mqttv5")),
                UNITS.closing(paho(3)),
                UNITS.closing(paho(5)),
                UNITS.closing(mqttJs(3)),
                UNITS.closing(mqttJs(5)),
                UNITS.closing(HiveClient.mqtt3(mqtt())),
                UNITS.closing(HiveClient.mqtt5(mqtt())));
    }

    private static RealClient paho(int version) {
        String script = Path.of("src", "test", "python", "paho_client.py").toString();
        String name = "paho" + version;
        return new LineClient(
                name,
                version == 5,
                List.of("/usr/bin/python3", script, mqtt().getHostString(), "" + mqtt().getPort(), "" + version, name));
    }

    private static RealClient mqttJs(int version) {
        String name = "mqttjs" + version;
        String url = "ws://" + unit.web().getHostString() + ":" + unit.web().getPort() + "/mqtt";
        return new LineClient(name, version == 5, List.of("node", "node/client.js", url, "" + version, name));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void eachReadsWhatEachWrites(int qos) {
        List<RealClient> clients = clients();
        String prefix = "clients" + qos + "/";
        RawMqtt watcher = UNITS.client(unit, Connect.v5("watcher"));
        watcher.subscribe(0, prefix + "#");
        for (RealClient client : clients) {
            client.publish(prefix + "before/" + client.name(), qos, true, "1", client.speaksMqtt5());
        }
        // nobody acknowledges QoS 0: what a subscriber has been sent is stored
        clients.forEach(writer -> watcher.expect(Packet.PUBLISH));
        for (RealClient client : clients) {
            client.subscribe(prefix + "#", qos);
        }
        for (RealClient client : clients) {
            await(client.name() + " has the snapshot")
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> {
                        assertThat(client.received()).hasSize(clients.size());
                        assertThat(client.received()).allMatch(Message::retain);
                    });
        }
        for (RealClient client : clients) {
            client.publish(prefix + "live/" + client.name(), qos, true, "2", client.speaksMqtt5());
            client.publish(prefix + "event/" + client.name(), qos, false, "3", client.speaksMqtt5());
            client.publish(prefix + "before/" + client.name(), qos, true, "", false);
        }
        for (RealClient client : clients) {
            await(client.name() + " has it all")
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(client.received()).hasSize(4 * clients.size()));
            assertThat(client.received()).allMatch(message -> message.qos() == qos);
            for (RealClient writer : clients) {
                assertSaw(client, prefix, writer);
            }
        }
    }

    private static void assertSaw(RealClient reader, String prefix, RealClient writer) {
        List<Message> all = reader.received();
        String who = reader.name() + " from " + writer.name();
        assertThat(all.stream()
                        .filter(message -> message.topic().equals(prefix + "before/" + writer.name()))
                        .map(Message::value))
                .as(who)
                .containsExactly("1", "");
        Message live = only(all, prefix + "live/" + writer.name());
        Message event = only(all, prefix + "event/" + writer.name());
        assertThat(live.value()).as(who).isEqualTo("2");
        assertThat(event.value()).as(who).isEqualTo("3");
        assertThat(live.retain()).as(who).isFalse();
        if (reader.speaksMqtt5()) {
            assertThat(live.properties()).as(who).contains("bookshelf-version", "bookshelf-time", "unit-under-test");
            assertThat(event.properties()).as(who).doesNotContain("bookshelf-");
            if (writer.speaksMqtt5()) {
                for (Message message : List.of(live, event)) {
                    assertThat(message.properties())
                            .as(who)
                            .contains("from", writer.name(), "text/plain", "answers/here", "42");
                }
            }
        }
    }

    private static Message only(List<Message> all, String topic) {
        List<Message> found =
                all.stream().filter(message -> message.topic().equals(topic)).toList();
        assertThat(found).as(topic).hasSize(1);
        return found.getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"mqttv31", "mqttv311", "mqttv5"})
    void mosquittoToolsDoWhatTheyDoElsewhere(String version) {
        String key = "tools/" + version;
        MosquittoClient.run(mqtt(), "mosquitto_pub", "-V", version, "-t", key, "-m", "hello", "-r");
        assertThat(MosquittoClient.run(mqtt(), "mosquitto_sub", "-V", version, "-t", key, "-C", "1", "-W", "20"))
                .isEqualTo("hello\n");
        MosquittoClient.run(mqtt(), "mosquitto_pub", "-V", version, "-t", key, "-n", "-r", "-q", "1");
        RawMqtt reader = UNITS.client(unit, Connect.v5(""));
        assertThat(reader.snapshot(0, key)).isEmpty();
    }

    @Test
    void everythingIsSeenByASubscriptionToEverything() throws Exception {
        RawMqtt writer = UNITS.client(unit, Connect.v5("everything"));
        int keys = 10_000;
        Putter.putAll(writer, keys, n -> new Putter.Put("everything/" + n, "v"));
        String lines = MosquittoClient.run(
                mqtt(), "mosquitto_sub", "-t", "everything/#", "-C", "" + keys, "-W", "30", "-F", "%t");
        assertThat(new TreeSet<>(lines.lines().toList())).hasSize(keys);
    }

    @Test
    void theWillOfAKilledClientIsStored() {
        RawMqtt watcher = UNITS.client(unit, Connect.v5("willwatcher"));
        watcher.subscribe(0, "toolwill");
        Process doomed = MosquittoClient.start(
                mqtt(),
                "mosquitto_sub",
                List.of(
                        "-i",
                        "doomed",
                        "-t",
                        "ready/doomed",
                        "--will-topic",
                        "toolwill",
                        "--will-payload",
                        "gone",
                        "--will-retain",
                        "--will-qos",
                        "1"));
        UNITS.closing(doomed::destroyForcibly);
        RawMqtt prober = UNITS.client(unit, Connect.v5("prober"));
        // it is connected when its first message arrives
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            prober.publish("ready/doomed", "?", 0, false, 0);
            prober.pingPong();
            return doomed.inputReader().ready();
        });
        doomed.destroyForcibly();
        assertThat(watcher.expect(Packet.PUBLISH).text()).isEqualTo("gone");
        assertThat(UNITS.client(unit, Connect.v5("")).snapshot(0, "toolwill")).hasSize(1);
    }
}
