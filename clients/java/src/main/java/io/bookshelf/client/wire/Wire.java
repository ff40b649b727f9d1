package io.bookshelf.client.wire;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.MqttWebSocketConfig;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.datatypes.MqttUtf8String;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedContext;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperties;
import com.hivemq.client.mqtt.mqtt5.datatypes.Mqtt5UserProperty;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5SubAckException;
import com.hivemq.client.mqtt.mqtt5.message.auth.Mqtt5SimpleAuth;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5ConnectBuilder;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAck;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscribe;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.Mqtt5Subscription;
import com.hivemq.client.mqtt.mqtt5.message.subscribe.suback.Mqtt5SubAck;
import com.hivemq.client.mqtt.mqtt5.message.unsubscribe.Mqtt5Unsubscribe;
import io.bookshelf.schema.Version;
import io.reactivex.schedulers.Schedulers;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One connection to a broker, from its CONNECT to its end; it never comes back by itself. Thread-safe. */
public final class Wire {
    /** The user property of CONNACK by which a Bookshelf unit gives its name. */
    private static final String UNIT = "bookshelf-unit";

    /** The user property of CONNECT that asks a unit for the version of each write; others pass it over. */
    private static final Mqtt5UserProperties ASK =
            Mqtt5UserProperties.of(Mqtt5UserProperty.of("bookshelf-ask", "version"));

    private static final String VERSION = "bookshelf-version";

    private final Mqtt5AsyncClient client;
    private final WireSettings settings;
    private final WireListener listener;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final @Nullable UnitCheck check;
    private volatile boolean open;
    private volatile @Nullable String unit;

    private Wire(WireSettings settings, WireListener listener, Executor socketThread) {
        this.settings = settings;
        this.listener = listener;
        PkiFolder pki = settings.pki();
        if (pki != null) {
            pki.refresh();
        }
        this.check = pki == null ? null : new UnitCheck(pki);
        this.client = client(socketThread);
    }

    /**
     * Connects.
     *
     * @param socketThread starts the thread of the socket; connections with the same one share it
     * @return fails with a {@link WireException}
     */
    public static CompletableFuture<Wire> open(WireSettings settings, WireListener listener, Executor socketThread) {
        Wire wire = new Wire(settings, listener, socketThread);
        CompletableFuture<Wire> outcome = new CompletableFuture<>();
        wire.client.publishes(
                MqttGlobalPublishFilter.ALL, publish -> listener.received(wire, Messages.of(publish)), Runnable::run);
        wire.client.connect(wire.connect()).whenComplete((acknowledged, failure) -> {
            if (failure == null) {
                wire.welcomed(acknowledged);
                outcome.complete(wire);
            } else {
                WireException unwanted = wire.unwanted();
                outcome.completeExceptionally(unwanted == null ? Failures.of(failure, settings) : unwanted);
            }
        });
        return outcome;
    }

    /** Why whoever answers may not be spoken to, by what is known now; null for nothing. */
    private @Nullable WireException unwanted() {
        String problem = check == null ? null : check.problem();
        return problem == null
                ? null
                : new WireException(
                        WireException.Kind.CONNECTION, 0, settings.address() + " is not spoken to: " + problem);
    }

    /** Ends the connection if whoever answers may not be spoken to any more, since its certificate was revoked. */
    public void endIfUnwanted() {
        WireException unwanted = unwanted();
        if (unwanted != null) {
            end(unwanted);
            var unused = client.disconnect().exceptionally(gone -> null);
        }
    }

    private Mqtt5AsyncClient client(Executor socketThread) {
        Address address = settings.address();

        Mqtt5ClientBuilder builder = MqttClient.builder()
                .useMqttVersion5()
                .identifier(settings.clientId())
                .executorConfig(MqttClientExecutorConfig.builder()
                        .nettyExecutor(socketThread)
                        .nettyThreads(1)
                        .applicationScheduler(Schedulers.trampoline())
                        .build())
                .transportConfig(Transports.of(settings, check))
                .addDisconnectedListener(this::disconnected);
        if (address.webSocket()) {
            builder = builder.webSocketConfig(
                    MqttWebSocketConfig.builder().serverPath(address.path()).build());
        }
        return builder.buildAsync();
    }

    private Mqtt5Connect connect() {
        Mqtt5ConnectBuilder connect = Mqtt5Connect.builder()
                .cleanStart(true)
                .sessionExpiryInterval(0)
                .keepAlive(settings.keepAliveSeconds())
                .userProperties(ASK)
                .restrictions()
                .receiveMaximum(1_024)
                .topicAliasMaximum(64)
                .applyRestrictions();
        String user = settings.user();
        byte[] password = settings.password();
        if (user != null) {
            var auth = Mqtt5SimpleAuth.builder().username(user);
            connect = connect.simpleAuth(
                    password == null ? auth.build() : auth.password(password).build());
        } else if (password != null) {
            connect = connect.simpleAuth(
                    Mqtt5SimpleAuth.builder().password(password).build());
        }
        WireMessage will = settings.will();
        return (will == null ? connect : connect.willPublish(Messages.publish(will))).build();
    }

    private void welcomed(Mqtt5ConnAck acknowledged) {
        acknowledged.getUserProperties().asList().stream()
                .filter(property -> property.getName().toString().equals(UNIT))
                .findFirst()
                .ifPresent(property -> unit = property.getValue().toString());
        open = true;
    }

    private void disconnected(MqttClientDisconnectedContext context) {
        // A connection that never came about is told by its outcome.
        if (client.getState().isConnectedOrReconnect() || open) {
            end(Failures.of(context.getCause(), settings));
        }
    }

    private void end(WireException why) {
        if (ended.compareAndSet(false, true)) {
            listener.ended(this, why);
        }
    }

    /** The name of the unit that answers, null if it is no Bookshelf unit. */
    public @Nullable String unit() {
        return unit;
    }

    /**
     * What came of a publish.
     *
     * @param version of what was written, where a unit tells it
     * @param notice what a unit says of it though it was made, as a sentence
     */
    public record Written(Optional<Version> version, Optional<String> notice) {
        private static final Written NOTHING_SAID = new Written(Optional.empty(), Optional.empty());
    }

    /** Publishes; completes when it is acknowledged (QoS 0: when it is written), fails with a {@link WireException}. */
    public CompletableFuture<Written> publish(WireMessage message) {
        AtomicReference<Written> written = new AtomicReference<>(Written.NOTHING_SAID);
        return outcome(client.publish(Messages.publish(message)), result -> published(result, written))
                .thenApply(done -> written.get());
    }

    private static @Nullable WireException published(Mqtt5PublishResult result, AtomicReference<Written> written) {
        if (result instanceof Mqtt5PublishResult.Mqtt5Qos1Result one) {
            var answer = one.getPubAck();
            written.set(written(answer.getUserProperties(), answer.getReasonString()));
            return Failures.refusal(
                    answer.getReasonCode(), answer.getReasonString().orElse(null));
        }
        if (result instanceof Mqtt5PublishResult.Mqtt5Qos2Result two) {
            var answer = two.getPubRec();
            written.set(written(answer.getUserProperties(), answer.getReasonString()));
            return Failures.refusal(
                    answer.getReasonCode(), answer.getReasonString().orElse(null));
        }
        return null;
    }

    private static Written written(Mqtt5UserProperties properties, Optional<MqttUtf8String> notice) {
        return new Written(version(properties), notice.map(MqttUtf8String::toString));
    }

    private static Optional<Version> version(Mqtt5UserProperties properties) {
        return properties.asList().stream()
                .filter(property -> property.getName().toString().equals(VERSION))
                .findFirst()
                .flatMap(property -> {
                    try {
                        return Optional.of(Version.parse(property.getValue().toString()));
                    } catch (IllegalArgumentException notOne) {
                        return Optional.empty();
                    }
                });
    }

    /**
     * Subscribes at QoS 1, with the retained messages, which keep their flag when they come later (retain as published); fails with a {@link WireException} that names the filter if one of
     * them is refused.
     */
    public CompletableFuture<Void> subscribe(List<String> filters) {
        Mqtt5Subscribe packet = Mqtt5Subscribe.builder()
                .addSubscriptions(filters.stream().map(Wire::subscription).toList())
                .build();
        return outcome(client.subscribe(packet).exceptionally(Wire::answered), answer -> {
            for (int i = 0; i < answer.getReasonCodes().size(); i++) {
                WireException refused = Failures.refusal(
                        answer.getReasonCodes().get(i), answer.getReasonString().orElse(null));
                if (refused != null) {
                    return new WireException(
                            refused.kind(),
                            refused.code(),
                            filters.get(i) + " cannot be read: " + refused.getMessage());
                }
            }
            return null;
        });
    }

    /** A SUBACK that refuses everything comes as a failure. */
    private static Mqtt5SubAck answered(Throwable failure) {
        if (Failures.root(failure) instanceof Mqtt5SubAckException refused) {
            return refused.getMqttMessage();
        }
        throw failure instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(failure);
    }

    private static Mqtt5Subscription subscription(String filter) {
        return Mqtt5Subscription.builder()
                .topicFilter(filter)
                .qos(MqttQos.AT_LEAST_ONCE)
                .retainAsPublished(true)
                .build();
    }

    /** Unsubscribes. That it was not acknowledged is of no interest. */
    public void unsubscribe(List<String> filters) {
        var packet = Mqtt5Unsubscribe.builder();
        var complete = packet.addTopicFilter(filters.getFirst());
        for (String filter : filters.subList(1, filters.size())) {
            complete = complete.addTopicFilter(filter);
        }
        var unused = client.unsubscribe(complete.build()).exceptionally(failure -> null);
    }

    /** Says farewell, so that no will is published; completes when the connection is gone. */
    public CompletableFuture<Void> close() {
        ended.set(true);
        return client.disconnect()
                .handle((done, failure) -> (Void) null)
                .orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }

    private <T> CompletableFuture<Void> outcome(
            CompletableFuture<T> answered, Function<T, @Nullable WireException> judged) {
        CompletableFuture<Void> outcome = new CompletableFuture<>();
        answered.whenComplete((answer, failure) -> {
            WireException problem = failure != null ? Failures.of(failure, settings) : judged.apply(answer);
            if (problem == null) {
                outcome.complete(null);
            } else {
                outcome.completeExceptionally(problem);
            }
        });
        return outcome;
    }
}
