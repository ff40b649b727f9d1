package io.bookshelf.link;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientExecutorConfig;
import com.hivemq.client.mqtt.lifecycle.MqttClientDisconnectedListener;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import io.bookshelf.broker.peer.PeerTrust;
import io.reactivex.schedulers.Schedulers;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** What all dialled links of a unit share: its certificate, one thread for their sockets, and bounds. */
final class DialSettings {
    private static final int CONNECT_SECONDS = 4;
    private static final int HANDSHAKE_SECONDS = 8;
    private static final int CONNACK_SECONDS = 8;

    private final PeerTrust trust;
    private final int largestFrame;
    private final KeyManagerFactory keys;
    private final TrustManagerFactory trusted;
    private final MqttClientExecutorConfig executors;

    DialSettings(PeerTrust trust, int largestFrame) {
        this.trust = trust;
        this.largestFrame = largestFrame;
        this.keys = Managers.of(trust.keyManager());
        this.trusted = Managers.of(trust.trustManager());
        // The client keeps one loop for each executor that it meets; what it calls back with runs on that loop at once.
        Executor socketThread =
                task -> Thread.ofPlatform().daemon().name("bookshelf-link").start(task);
        this.executors = MqttClientExecutorConfig.builder()
                .nettyExecutor(socketThread)
                .nettyThreads(1)
                .applicationScheduler(Schedulers.trampoline())
                .build();
    }

    PeerTrust trust() {
        return trust;
    }

    int largestFrame() {
        return largestFrame;
    }

    /** A client of one connection, which never connects again by itself. */
    Mqtt5Client client(InetSocketAddress address, HostnameVerifier verifier, MqttClientDisconnectedListener ended) {
        return MqttClient.builder()
                .useMqttVersion5()
                .executorConfig(executors)
                .transportConfig()
                .serverAddress(address)
                .socketConnectTimeout(CONNECT_SECONDS, TimeUnit.SECONDS)
                .mqttConnectTimeout(CONNACK_SECONDS, TimeUnit.SECONDS)
                .sslConfig()
                .keyManagerFactory(keys)
                .trustManagerFactory(trusted)
                .protocols(List.of("TLSv1.3"))
                .cipherSuites(PeerTrust.CIPHER_SUITES)
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .hostnameVerifier(verifier)
                .applySslConfig()
                .applyTransportConfig()
                .addDisconnectedListener(ended)
                .build();
    }
}
