package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.store.Durability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A network of whole units in this process, on loopback, each with a client that sees all that it says. Their certificates were
 * issued 80 days ago.
 */
final class TestNodes implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final InetSocketAddress ANYWHERE = new InetSocketAddress("127.0.0.1", 0);

    final AuthorityFolder authority;
    private final Path root;
    private final List<TestNode> nodes = new ArrayList<>();

    TestNodes(Path root) {
        this.root = root;
        InstantSource then = InstantSource.fixed(Instant.now().minus(Duration.ofDays(80)));
        this.authority = AuthorityFolder.init(root.resolve("authority"), "home", then);
    }

    /** One unit, and what its client has seen last on each topic. */
    static final class TestNode {
        final String name;
        final BookshelfNode node;
        private final Mqtt5AsyncClient client;
        private final Map<String, byte[]> seen = new ConcurrentHashMap<>();

        TestNode(String name, BookshelfNode node) {
            this.name = name;
            this.node = node;
            this.client = MqttClient.builder()
                    .useMqttVersion5()
                    .serverAddress(node.mqtt())
                    .buildAsync();
            client.toBlocking().connect();
            for (String filter : List.of("#", "$bookshelf/peers/#", "$bookshelf/health")) {
                client.subscribeWith()
                        .topicFilter(filter)
                        .callback(message -> seen.put(message.getTopic().toString(), message.getPayloadAsBytes()))
                        .send()
                        .join();
            }
        }

        void publish(String key, byte[] value) {
            client.publishWith()
                    .topic(key)
                    .payload(value)
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .retain(true)
                    .send()
                    .join();
        }

        byte @Nullable [] value(String topic) {
            return seen.get(topic);
        }

        String text(String topic) {
            return new String(seen.getOrDefault(topic, new byte[0]), StandardCharsets.UTF_8);
        }

        /** What it says of a peer, once that is as expected. */
        String peer(String peer, Predicate<String> expected) {
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(text("$bookshelf/peers/" + peer))
                    .as(name + " of " + peer)
                    .matches(expected));
            return text("$bookshelf/peers/" + peer);
        }

        void awaitValue(String key, byte[] value) {
            await().atMost(PATIENCE)
                    .untilAsserted(
                            () -> assertThat(value(key)).as(name + ": " + key).isEqualTo(value));
        }
    }

    /** Issues a certificate, to a unit that may be started then. */
    void issue(String name, int days) {
        authority.issue(Role.UNIT, name, days, root.resolve(name).resolve("pki"), null);
    }

    /** Starts a unit that knows of all these and dials those that run. */
    TestNode start(String name, CertificateSettings settings, String... listed) {
        Path pki = root.resolve(name).resolve("pki");
        BookshelfNode started = BookshelfNode.start(new NodeConfig(
                new BrokerConfig(
                        name, ANYWHERE, ANYWHERE, ANYWHERE, BrokerConfig.Limits.DEFAULTS, List.of(), List.of()),
                root.resolve(name).resolve("data"),
                Durability.NORMAL,
                true,
                pki,
                peers(name, listed),
                settings,
                List.of(),
                AccessSettings.OPEN));
        TestNode node = new TestNode(name, started);
        nodes.add(node);
        return node;
    }

    private Path peers(String name, String... listed) {
        StringBuilder toml = new StringBuilder();
        for (String each : listed) {
            List<String> addresses = nodes.stream()
                    .filter(node -> node.name.equals(each))
                    .map(node -> "\"127.0.0.1:"
                            + Objects.requireNonNull(node.node.listen()).getPort() + "\"")
                    .toList();
            toml.append("[units.%s]\naddresses = %s\n".formatted(each, addresses));
        }
        Path file = root.resolve(name + "-peers.toml");
        try {
            Files.writeString(file, toml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    @Override
    public void close() {
        nodes.forEach(node -> node.client.disconnect());
        nodes.forEach(node -> node.node.close());
    }
}
