package io.bookshelf.cli.pair;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5RetainHandling;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A connection to the unit on this machine, for as long as a phone is waited for. */
final class UnitLine implements AutoCloseable {
    private static final String CODE = "local/bookshelf/pairing";
    private static final String PHONES = "bookshelf/phones/";
    private static final String UNIT = "$bookshelf/unit";
    private static final int SECONDS = 10;
    private static final int GOODBYE_SECONDS = 2;

    private final InetSocketAddress address;
    private final Mqtt5AsyncClient client;
    private final CompletableFuture<About> about = new CompletableFuture<>();
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /**
     * What the unit says of itself.
     *
     * @param network empty for none
     * @param webTls where it serves HTTPS, empty for nowhere
     */
    record About(String name, String network, String webTls) {}

    /** What is waited for. */
    private sealed interface Event {
        record Phone(String unit, String words) implements Event {}

        record CodeGone() implements Event {}

        record Lost() implements Event {}
    }

    private UnitLine(InetSocketAddress address, @Nullable String user, byte @Nullable [] password) {
        this.address = address;
        Mqtt5ClientBuilder builder = MqttClient.builder()
                .useMqttVersion5()
                .serverAddress(address)
                .transportConfig()
                .mqttConnectTimeout(SECONDS, TimeUnit.SECONDS)
                .socketConnectTimeout(SECONDS, TimeUnit.SECONDS)
                .applyTransportConfig()
                .addDisconnectedListener(context -> events.add(new Event.Lost()));
        if (user != null) {
            builder = builder.simpleAuth()
                    .username(user)
                    .password(password == null ? new byte[0] : password)
                    .applySimpleAuth();
        }
        this.client = builder.buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, this::take);
    }

    /** @throws PairException if the unit cannot be reached, or does not let this user in */
    static UnitLine to(InetSocketAddress address, @Nullable String user, byte @Nullable [] password)
            throws InterruptedException {
        UnitLine line = new UnitLine(address, user, password);
        line.await(line.client.connect(), "let in");
        line.events.clear();
        return line;
    }

    private void take(Mqtt5Publish publish) {
        String topic = publish.getTopic().toString();
        byte[] payload = publish.getPayloadAsBytes();
        if (topic.equals(CODE)) {
            events.add(new Event.CodeGone());
            return;
        }
        Map<String, String> said = texts(payload);
        if (topic.equals(UNIT)) {
            about.complete(new About(
                    said.getOrDefault("name", ""), said.getOrDefault("network", ""), said.getOrDefault("web-tls", "")));
        } else if (payload.length > 0) {
            events.add(new Event.Phone(
                    said.getOrDefault("unit", ""),
                    said.getOrDefault("name", "").replaceAll("\\p{C}", "?") + " (" + topic.substring(PHONES.length())
                            + ")"));
        }
    }

    /** Subscribes to what is waited for, and asks the unit what it is. */
    About about() throws InterruptedException {
        await(
                client.subscribeWith()
                        .topicFilter(UNIT)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .send(),
                "shown what the unit is");
        for (String filter : new String[] {PHONES + "+", CODE}) {
            await(
                    client.subscribeWith()
                            .topicFilter(filter)
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .noLocal(true)
                            .retainHandling(Mqtt5RetainHandling.DO_NOT_SEND)
                            .send(),
                    "allowed to watch " + filter);
        }
        return await(about, "told what the unit is");
    }

    /** Opens the pairing; the unit counts the time from when it sees this. */
    void open(String code, int seconds) throws InterruptedException {
        await(
                client.publishWith()
                        .topic(CODE)
                        .payload(("{\"code\":\"" + code + "\"}").getBytes(UTF_8))
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .retain(true)
                        .messageExpiryInterval(seconds)
                        .send(),
                "allowed to write " + CODE);
    }

    /** Takes the code back, if it can be done in a moment; it ends by itself otherwise. */
    void takeBack() {
        client.publishWith()
                .topic(CODE)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .send()
                .orTimeout(GOODBYE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(notNow -> null)
                .join();
    }

    /**
     * @return the phone that this unit has paired, in words
     * @throws PairException if there is none
     */
    String awaitPhone(String unit, Duration longest) throws InterruptedException {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            Event event = events.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            switch (event) {
                case Event.Phone phone -> {
                    if (phone.unit().equals(unit)) {
                        return phone.words();
                    }
                }
                case Event.CodeGone gone ->
                    throw new PairException(
                            "no phone is paired: the code was wrong too often, or another bookshelf pair"
                                    + " has taken its place; run it again");
                case Event.Lost lost ->
                    throw new PairException("the unit at " + where() + " has gone, and the code with it: run it again");
                case null -> throw new PairException("no phone is paired: the time is over; run it again");
            }
        }
    }

    private String where() {
        return address.getHostString() + ":" + address.getPort();
    }

    private <T> T await(CompletionStage<T> stage, String what) throws InterruptedException {
        try {
            return stage.toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new PairException("the unit at " + where() + " does not answer");
        } catch (ExecutionException e) {
            throw new PairException(reason(e.getCause(), what));
        }
    }

    private String reason(@Nullable Throwable failure, String what) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Mqtt5ConnAckException) {
            return "the unit at " + where() + " does not let this user in: give --user and the right password";
        }
        if (cause instanceof Mqtt5SubAckException || cause instanceof Mqtt5PubAckException) {
            return "this user is not " + what + ": its access rules do not say so";
        }
        return "the unit at " + where() + " cannot be reached: is it running, and is this its mqtt address?";
    }

    /** All texts of a JSON document by their names, however deep. */
    private static Map<String, String> texts(byte[] json) {
        Map<String, String> texts = new HashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.VALUE_STRING && parser.currentName() != null) {
                    texts.putIfAbsent(parser.currentName(), parser.getText());
                }
            }
        } catch (IOException notJson) {
            return texts;
        }
        return texts;
    }

    @Override
    public void close() {
        client.disconnect()
                .orTimeout(GOODBYE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(gone -> null)
                .join();
    }
}
