package io.bookshelf.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SysTopicsTest {
    private final BrokerCounters counters = new BrokerCounters();
    private final AtomicReference<SysTopics.Facts> facts =
            new AtomicReference<>(new SysTopics.Facts(40, 3, 151, 9_000));
    private final SysTopics topics = new SysTopics("1.2", 1_000, counters, facts::get);

    /** The names are those that Mosquitto 2.0 publishes, in its order. */
    private static final String EXPECTED = """
                version = bookshelf version 1.2
                uptime = 0 seconds
                clients/total = 7
                clients/maximum = 7
                clients/inactive = 2
                clients/disconnected = 2
                clients/active = 5
                clients/connected = 5
                clients/expired = 0
                load/messages/received/1min = 0.00
                load/messages/received/5min = 0.00
                load/messages/received/15min = 0.00
                load/messages/sent/1min = 0.00
                load/messages/sent/5min = 0.00
                load/messages/sent/15min = 0.00
                load/publish/dropped/1min = 0.00
                load/publish/dropped/5min = 0.00
                load/publish/dropped/15min = 0.00
                load/publish/received/1min = 0.00
                load/publish/received/5min = 0.00
                load/publish/received/15min = 0.00
                load/publish/sent/1min = 0.00
                load/publish/sent/5min = 0.00
                load/publish/sent/15min = 0.00
                load/bytes/received/1min = 0.00
                load/bytes/received/5min = 0.00
                load/bytes/received/15min = 0.00
                load/bytes/sent/1min = 0.00
                load/bytes/sent/5min = 0.00
                load/bytes/sent/15min = 0.00
                load/sockets/1min = 0.00
                load/sockets/5min = 0.00
                load/sockets/15min = 0.00
                load/connections/1min = 0.00
                load/connections/5min = 0.00
                load/connections/15min = 0.00
                messages/stored = 43
                store/messages/count = 43
                store/messages/bytes = 151
                subscriptions/count = 0
                shared_subscriptions/count = 0
                retained messages/count = 40
                heap/current = 9000
                heap/maximum = 9000
                messages/received = 2
                messages/sent = 0
                publish/messages/dropped = 0
                publish/messages/received = 0
                publish/messages/sent = 0
                publish/bytes/received = 0
                publish/bytes/sent = 0
                bytes/received = 0
                bytes/sent = 0
                """;

    @Test
    void namesWhatMosquittoNames() {
        counters.packetsReceived.add(2);
        counters.clientsConnected.add(5);
        counters.sessionsDisconnected.add(2);
        String all = topics.sample(1_999).entrySet().stream()
                .map(topic -> topic.getKey() + " = " + topic.getValue())
                .collect(Collectors.joining("\n", "", "\n"))
                .replace("$SYS/broker/", "");

        assertThat(all).isEqualTo(EXPECTED);
    }

    /** The figures were read off a Mosquitto 2.0.11 that received 2 packets in the first 11 s and none in the next 11. */
    @Test
    void averagesLoadsAsMosquittoDoes() {
        topics.sample(0);
        counters.packetsReceived.add(2);
        assertThat(loads(topics.sample(11_000))).isEqualTo("1.83 0.39 0.13");
        assertThat(loads(topics.sample(22_000))).isEqualTo("1.52 0.38 0.13");
    }

    @Test
    void keepsItsAveragesWhenNoTimePasses() {
        topics.sample(0);
        counters.packetsReceived.add(2);
        topics.sample(11_000);
        counters.packetsReceived.add(100);
        assertThat(loads(topics.sample(11_000))).isEqualTo("1.83 0.39 0.13");
        assertThat(loads(topics.sample(10_000))).isEqualTo("1.83 0.39 0.13");
        assertThat(topics.sample(71_000).get("$SYS/broker/load/messages/received/1min"))
                .isEqualTo("63.88");
    }

    @Test
    void remembersTheMost() {
        counters.clientsConnected.add(3);
        topics.sample(0);
        counters.clientsConnected.add(-2);
        facts.set(new SysTopics.Facts(0, 0, 0, 10));
        Map<String, String> later = topics.sample(1_000);

        assertThat(later)
                .containsEntry("$SYS/broker/clients/total", "1")
                .containsEntry("$SYS/broker/clients/maximum", "3")
                .containsEntry("$SYS/broker/heap/current", "10")
                .containsEntry("$SYS/broker/heap/maximum", "9000");
    }

    private static String loads(Map<String, String> sample) {
        String name = "$SYS/broker/load/messages/received/";
        return sample.get(name + "1min") + ' ' + sample.get(name + "5min") + ' ' + sample.get(name + "15min");
    }
}
