package io.bookshelf.cli.demo;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.bookshelf.cli.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * What a unit says of itself, to a plain MQTT client: its own topics. The number of keys comes from its health document over
 * HTTP, since the topic of the same content is renewed only every ten seconds. Thread-safe.
 */
final class Watch implements AutoCloseable {
    private static final String PEERS = "$bookshelf/peers/";
    private static final String CONFLICTS = "$bookshelf/conflicts";
    private static final int HTTP_MILLIS = 500;
    private static final int PUT_SECONDS = 5;

    private final Mqtt5AsyncClient client;
    private final Map<String, Peer> peers = new ConcurrentSkipListMap<>();
    private volatile String web = "";
    private volatile String keys = "";
    private volatile Conflict conflict = Conflict.NONE;

    /**
     * How a unit says that it stands with another.
     *
     * @param state such as {@code in sync}
     * @param roundTrip in milliseconds, empty while not known
     */
    record Peer(String state, String roundTrip) {}

    /**
     * The write that a unit discarded last.
     *
     * @param found when, as ISO 8601; empty for none
     */
    record Conflict(String found, String text) {
        static final Conflict NONE = new Conflict("", "");
    }

    Watch(int port) {
        client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("demo")
                .serverHost("127.0.0.1")
                .serverPort(port)
                .automaticReconnect()
                .initialDelay(200, TimeUnit.MILLISECONDS)
                .maxDelay(1, TimeUnit.SECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::take);
    }

    /** For the first time; it comes back by itself after that. */
    CompletableFuture<?> connect() {
        return client.connect().thenCompose(connected -> client.subscribeWith()
                .topicFilter(PEERS + "+")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send()
                .thenCompose(subscribed -> client.subscribeWith()
                        .topicFilter(CONFLICTS)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send()));
    }

    /** Forgets what a unit said that has ended. */
    void forget() {
        peers.clear();
        web = "";
    }

    void webIs(String hostAndPort) {
        web = hostAndPort;
    }

    Map<String, Peer> peers() {
        return new TreeMap<>(peers);
    }

    String keys() {
        return keys;
    }

    Conflict conflict() {
        return conflict;
    }

    /** Does the unit listen at the moment? */
    boolean isConnected() {
        return client.getState().isConnected();
    }

    /** Writes a key; done when the unit has it on disk. */
    CompletableFuture<?> put(String key, String value) {
        return client.publishWith()
                .topic(key)
                .payload(value.getBytes(StandardCharsets.UTF_8))
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .send()
                .orTimeout(PUT_SECONDS, TimeUnit.SECONDS);
    }

    /** Asks for the number of keys. */
    void refresh() {
        String host = web;
        if (host.isEmpty()) {
            return;
        }
        try {
            HttpURLConnection http = (HttpURLConnection)
                    URI.create("http://" + host + "/healthz").toURL().openConnection();
            http.setConnectTimeout(HTTP_MILLIS);
            http.setReadTimeout(HTTP_MILLIS);
            try (InputStream body = http.getInputStream()) {
                keys = Json.text(Json.parse(body.readAllBytes()), "keys");
            }
        } catch (IOException notNow) {
            // The number that it said last stays.
        }
    }

    private void take(Mqtt5Publish publish) {
        String topic = publish.getTopic().toString();
        byte[] payload = publish.getPayloadAsBytes();
        if (topic.equals(CONFLICTS)) {
            if (Json.parse(payload) instanceof List<?> newestFirst && !newestFirst.isEmpty()) {
                conflict = conflict(newestFirst.getFirst());
            }
        } else if (payload.length == 0) {
            peers.remove(topic.substring(PEERS.length()));
        } else {
            Object said = Json.parse(payload);
            peers.put(
                    topic.substring(PEERS.length()),
                    new Peer(Json.text(said, "state"), Json.text(said, "roundTripMillis")));
        }
    }

    private static Conflict conflict(Object said) {
        Object lost = Json.field(said, "lost");
        String value = Json.text(said, "deleted").equals("true")
                ? "delete"
                : "\"" + Json.text(said, "value").replaceAll("\\p{Cntrl}", " ") + "\"";
        return new Conflict(
                Json.text(said, "found"),
                Json.text(said, "key") + ": " + value + " of " + Json.text(lost, "unit") + " lost to a write on "
                        + Json.text(Json.field(said, "won"), "unit"));
    }

    @Override
    public void close() {
        client.disconnect();
    }
}
