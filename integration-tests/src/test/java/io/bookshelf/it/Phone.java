package io.bookshelf.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A phone that has no certificate: what the app does in its browser. */
final class Phone implements Closeable {
    private final WebNetwork network;
    private final String name;
    private final KeyPair pair;
    private final HttpClient browser;

    Phone(WebNetwork network, String name) {
        this.network = network;
        this.name = name;
        this.browser = network.browser(null);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            this.pair = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** A user name and a password for MQTT. */
    record Token(String user, String password) {}

    String id() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(pair.getPublic().getEncoded());
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The key under which the network has it. */
    String key() {
        return "bookshelf/phones/" + id();
    }

    HttpResponse<String> pair(String unit, String code) {
        String key = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        return post(unit, "/pair", "{\"code\":\"%s\",\"name\":\"%s\",\"key\":\"%s\"}".formatted(code, name, key));
    }

    HttpResponse<String> challenge(String unit) {
        return post(unit, "/challenge", "{\"id\":\"" + id() + "\"}");
    }

    /** Answers a challenge. */
    HttpResponse<String> token(String unit, String challenge) {
        String signature = sign("bookshelf-sign-in:home:" + unit + ":" + challenge);
        return post(
                unit,
                "/token",
                "{\"id\":\"%s\",\"challenge\":\"%s\",\"signature\":\"%s\"}".formatted(id(), challenge, signature));
    }

    /** Signs in. */
    Token token(String unit) {
        HttpResponse<String> answer = token(unit, field(challenge(unit), "challenge"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new Token(field(answer, "user"), field(answer, "password"));
    }

    private String sign(String text) {
        try {
            Signature signing = Signature.getInstance("SHA256withECDSAinP1363Format");
            signing.initSign(pair.getPrivate());
            signing.update(text.getBytes(UTF_8));
            return Base64.getEncoder().encodeToString(signing.sign());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The text of a field in an answer. */
    static String field(HttpResponse<String> answer, String name) {
        Matcher field = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(answer.body());
        assertThat(field.find()).as(answer.statusCode() + " " + answer.body()).isTrue();
        return field.group(1);
    }

    HttpResponse<String> get(URI page) {
        return send(HttpRequest.newBuilder(page));
    }

    HttpResponse<String> post(String unit, String path, String json) {
        return send(HttpRequest.newBuilder(network.page(unit, path))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return browser.send(request.build(), BodyHandlers.ofString());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Connects to MQTT over a secure WebSocket.
     *
     * @param ended told why the connection ended
     */
    Mqtt5BlockingClient connect(String unit, Token token, CompletableFuture<Throwable> ended) {
        Mqtt5BlockingClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier(name)
                .serverAddress(network.https(unit))
                .webSocketConfig()
                .serverPath("mqtt")
                .applyWebSocketConfig()
                .sslConfig()
                .trustManagerFactory(network.trust())
                .applySslConfig()
                .simpleAuth()
                .username(token.user())
                .password(token.password().getBytes(UTF_8))
                .applySimpleAuth()
                .addDisconnectedListener(context -> ended.complete(context.getCause()))
                .buildBlocking();
        client.connect();
        return client;
    }

    @Override
    public void close() {
        browser.shutdownNow();
    }
}
