package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.connect.connack.Mqtt5ConnAckReasonCode;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** HTTPS and MQTT over a secure WebSocket, as browsers come in: trusting the authority, checking the host name. */
final class SecureWebIT {
    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static final List<HttpClient> BROWSERS = new ArrayList<>();
    private static WebNetwork network;

    @BeforeAll
    static void start() throws IOException {
        network = new WebNetwork(UNITS, "", "hall");
    }

    @AfterAll
    static void stop() {
        BROWSERS.forEach(HttpClient::shutdownNow);
    }

    private static HttpClient browser(@Nullable KeyManagerFactory keys) {
        HttpClient browser = network.browser(keys);
        BROWSERS.add(browser);
        return browser;
    }

    private static HttpResponse<String> get(HttpClient browser, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(network.page("hall", path)).build();
        return browser.send(request, BodyHandlers.ofString());
    }

    private static Mqtt5BlockingClient socket(@Nullable KeyManagerFactory keys, CompletableFuture<Throwable> ended) {
        var tls = MqttClient.builder()
                .useMqttVersion5()
                .serverAddress(network.https("hall"))
                .webSocketConfig()
                .serverPath("mqtt")
                .applyWebSocketConfig()
                .addDisconnectedListener(context -> ended.complete(context.getCause()))
                .sslConfig()
                .trustManagerFactory(network.trust());
        return (keys == null ? tls : tls.keyManagerFactory(keys))
                .applySslConfig()
                .buildBlocking();
    }

    @Test
    void servesItsPagesToWhoeverTrustsTheAuthorityAndAsksForNoCertificate() throws Exception {
        HttpClient browser = browser(null);
        HttpResponse<String> page = get(browser, "/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("strict-transport-security")).isEmpty();
        assertThat(get(browser, "/healthz").body()).contains("\"status\":\"ok\"");
        try (RawMqtt client = RawMqtt.connected(network.unit("hall").mqtt(), Connect.v5("asking"))) {
            assertThat(client.snapshot(0, "$bookshelf/unit").getFirst().text())
                    .contains("\"web-tls\":\"127.0.0.1:" + network.port("hall") + "\"");
        }
        assertThat(Files.readString(network.unit("hall").stdout()))
                .contains(" web-tls=127.0.0.1:" + network.port("hall"));
    }

    @Test
    void realClientsFindTheHostNameAndTheAddressInItsCertificate() throws Exception {
        for (String host : List.of("localhost", "127.0.0.1")) {
            assertThat(curl(host)).as(host).isZero();
        }
        assertThat(curl("attic.home"))
                .as("a name that the certificate does not have")
                .isEqualTo(60);
    }

    private static int curl(String host, String... more) throws Exception {
        String there = host + ":" + network.port("hall");
        List<String> command = new ArrayList<>(List.of("curl", "-sSf", "--noproxy", "*"));
        command.addAll(List.of("--resolve", there + ":127.0.0.1", "--cacert", "" + network.trusted()));
        command.addAll(List.of(more));
        command.add("https://" + there + "/healthz");
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        curl.getInputStream().readAllBytes();
        assertThat(curl.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return curl.exitValue();
    }

    @Test
    void whoHasNoCertificateHasNoMqtt() {
        assertThatThrownBy(() -> socket(null, new CompletableFuture<>()).connect())
                .isInstanceOfSatisfying(Mqtt5ConnAckException.class, refused -> assertThat(
                                refused.getMqttMessage().getReasonCode())
                        .isEqualTo(Mqtt5ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD));
    }

    @Test
    void anOwnerIsWhoTheCertificateSays() {
        Path anna = network.owner("anna");
        Mqtt5BlockingClient client = socket(WebNetwork.keys(anna, "anna"), new CompletableFuture<>());
        client.connect();
        client.publishWith()
                .topic("lights/hall")
                .retain(true)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload("on".getBytes(StandardCharsets.UTF_8))
                .send();
        assertThat(network.value("hall", "lights/hall")).isEqualTo("on");
        assertThatThrownBy(() -> client.publishWith()
                        .topic("local/a")
                        .retain(true)
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload("x".getBytes(StandardCharsets.UTF_8))
                        .send())
                .isInstanceOf(Mqtt5PubAckException.class);
        client.disconnect();
    }

    @Test
    void aBadCertificateIsWorseThanNone() throws Exception {
        Path folder = network.folder().resolve("others");
        AuthorityFolder others = AuthorityFolder.init(folder, "home", InstantSource.system());
        others.issue(Role.OWNER, "eve", 30, folder.resolve("eve"), null);
        assertThat(curl("localhost", certificate(network.owner("ada")))).isZero();
        assertThat(curl("localhost", certificate(folder.resolve("eve")))).isNotZero();
        await("the log says why").atMost(RealNetwork.SOON).until(() -> Files.readString(
                        network.unit("hall").stderr())
                .contains("refused: its certificate was issued by an authority that is not this network's"));
    }

    private static String[] certificate(Path of) {
        return new String[] {
            "--cert",
            of.resolve("cert.pem").toString(),
            "--key",
            of.resolve("key.pem").toString()
        };
    }

    @Test
    void aRevokedOwnerIsPutOutOfWhateverIsOpen() throws Exception {
        KeyManagerFactory keys = WebNetwork.keys(network.owner("otto"), "otto");
        HttpClient browser = browser(keys);
        assertThat(get(browser, "/healthz").statusCode()).isEqualTo(200);
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        socket(keys, ended).connect();
        network.revokeOwner("otto", "hall");
        assertThat(ended.get(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(Mqtt5DisconnectException.class, cut -> assertThat(
                                cut.getMqttMessage().getReasonCode())
                        .isEqualTo(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED));
        await("its connection for pages is closed, and it gets no other")
                .atMost(RealNetwork.SOON)
                .untilAsserted(
                        () -> assertThatThrownBy(() -> get(browser, "/healthz")).isInstanceOf(IOException.class));
        assertThatThrownBy(() -> get(browser(keys), "/healthz")).isInstanceOf(IOException.class);
    }
}
