package io.bookshelf.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5PubAckException;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.bookshelf.it.Phone.Token;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Phones without a certificate, over two linked units: paired by a code, signed in by their key, revoked by a delete. */
final class PairingIT {
    private static final String CODE = "local/bookshelf/pairing";

    @RegisterExtension
    final Units units = Units.perTest();

    private Phone phone(WebNetwork network, String name) {
        return units.closing(new Phone(network, name));
    }

    /** Pairs it at a unit, by a code that is written as the command does. */
    private static void pair(Phone phone, WebNetwork network, String unit) {
        try (RawMqtt local = RawMqtt.connected(network.unit(unit).mqtt(), Connect.v5("opening"))) {
            local.put(CODE, "{\"code\":\"12345678\"}");
        }
        await("the code is open").atMost(RealNetwork.SOON).untilAsserted(() -> {
            HttpResponse<String> answer = phone.pair(unit, "12345678");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        });
    }

    private static void put(Mqtt5BlockingClient client, String key, String value) {
        client.publishWith()
                .topic(key)
                .retain(true)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(value.getBytes(UTF_8))
                .send();
    }

    private static URI plainSession(WebNetwork network) {
        return URI.create("http://127.0.0.1:" + network.unit("hall").web().getPort() + "/session");
    }

    private static Process command(UnitProcess unit) throws IOException {
        List<String> command = new ArrayList<>(UnitJvm.command());
        command.addAll(
                List.of("pair", "--url", "mqtt://127.0.0.1:" + unit.mqtt().getPort()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** The code that the command shows, and nothing more of what it says. */
    private static String code(BufferedReader out) throws IOException {
        StringBuilder said = new StringBuilder();
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher code = Pattern.compile("Code: (\\d{4} \\d{4})").matcher(line);
            if (code.matches()) {
                return code.group(1);
            }
            said.append(line).append('\n');
        }
        throw new AssertionError(said);
    }

    @Test
    void aPhonePairedAtOneUnitSignsInAtTheOtherAndIsCutThereWhenItIsRevoked() throws Exception {
        WebNetwork network = new WebNetwork(units, "", "hall", "attic");
        Phone phone = phone(network, "anna");
        assertThat(phone.get(network.page("hall", "/session")).body())
                .isEqualTo("{\"unit\":\"hall\",\"network\":\"home\",\"signIn\":\"key\",\"holder\":null}");
        assertThat(phone.get(plainSession(network)).body()).contains("\"signIn\":\"none\"");
        Process command = command(network.unit("hall"));
        try (BufferedReader out = command.inputReader(StandardCharsets.UTF_8)) {
            String code = code(out);
            assertThat(phone.pair("hall", code).statusCode()).isEqualTo(201);
            assertThat(command.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(command.exitValue()).isZero();
            assertThat(out.lines().toList()).last().asString().contains("Paired: anna (" + phone.id() + ")");
            assertThat(Files.readString(network.unit("hall").stderr()))
                    .contains("paired anna (" + phone.id() + ")")
                    .doesNotContain(code)
                    .doesNotContain(code.replace(" ", ""));
        }
        assertThat(network.value("hall", CODE)).isNull();

        network.awaitValue("attic", phone.key());
        await("attic has taken it up")
                .atMost(RealNetwork.SOON)
                .until(() -> phone.challenge("attic").statusCode() == 200);
        String challenge = Phone.field(phone.challenge("attic"), "challenge");
        assertThat(phone.token("hall", challenge).statusCode())
                .as("another unit's")
                .isEqualTo(403);
        HttpResponse<String> answer = phone.token("attic", challenge);
        Token token = new Token(Phone.field(answer, "user"), Phone.field(answer, "password"));
        assertThat(phone.token("attic", challenge).statusCode()).as("used").isEqualTo(403);
        assertThatThrownBy(() -> phone.connect("hall", token, new CompletableFuture<>()))
                .as("a token of another unit")
                .isInstanceOf(Mqtt5ConnAckException.class);

        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        put(phone.connect("attic", token, ended), "lights/attic", "on");
        assertThat(network.value("attic", "lights/attic")).isEqualTo("on");
        try (RawMqtt local = RawMqtt.connected(network.unit("hall").mqtt(), Connect.v5("revoking"))) {
            local.put(phone.key(), "");
        }
        assertThat(ended.get(30, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(Mqtt5DisconnectException.class, cut -> assertThat(
                                cut.getMqttMessage().getReasonCode())
                        .isEqualTo(Mqtt5DisconnectReasonCode.NOT_AUTHORIZED));
        assertThat(phone.challenge("attic").statusCode()).isEqualTo(403);
        assertThatThrownBy(() -> phone.connect("attic", token, new CompletableFuture<>()))
                .isInstanceOf(Mqtt5ConnAckException.class);
    }

    @Test
    void aPhoneMayWhatAnOwnerMayButPairsNoOther() throws Exception {
        WebNetwork network = new WebNetwork(units, "", "hall");
        Phone phone = phone(network, "anna");
        Phone lost = phone(network, "lost");
        pair(phone, network, "hall");
        pair(lost, network, "hall");
        Mqtt5BlockingClient client = phone.connect("hall", phone.token("hall"), new CompletableFuture<>());
        put(client, "private/wifi/home/name", "Home");
        String entry = network.value("hall", lost.key());
        for (String key : List.of("local/a", lost.key(), phone.key(), "bookshelf/phones/" + "0".repeat(32))) {
            assertThatThrownBy(() -> put(client, key, String.valueOf(entry)))
                    .as(key)
                    .isInstanceOf(Mqtt5PubAckException.class);
        }
        put(client, lost.key(), "");
        assertThat(lost.challenge("hall").statusCode()).isEqualTo(403);
        network.awaitValue("hall", lost.key());
        assertThat(network.value("hall", lost.key())).isEqualTo("{\"revoked\":true}");
        for (String key : List.of("bookshelf/units/hall", "bookshelf/crl/0123456789abcdef/9", "bookshelf/later")) {
            assertThatThrownBy(() -> put(client, key, "{\"retired\":true}"))
                    .as(key)
                    .isInstanceOf(Mqtt5PubAckException.class);
        }
        put(client, phone.key(), "{\"revoked\":true}");
        assertThat(phone.challenge("hall").statusCode()).isEqualTo(403);
        try (RawMqtt local = RawMqtt.connected(network.unit("hall").mqtt(), Connect.v5("replaying"))) {
            local.put(lost.key(), String.valueOf(entry));
        }
        assertThat(lost.challenge("hall").statusCode()).isEqualTo(403);
    }

    @Test
    void aRestartEndsCodesAndTokensAndAPasswordFileChangesNothing() throws Exception {
        Path passwords = units.folder().resolve("passwords");
        UnitProcess.passwd(passwords, "anna", "secret");
        WebNetwork network = new WebNetwork(units, "[access]\npassword_file = \"" + passwords + "\"\n", "hall");
        Phone phone = phone(network, "anna");
        try (RawMqtt local = RawMqtt.connected(
                network.unit("hall").mqtt(), Connect.v5("opening").as("anna", "secret"))) {
            local.put(CODE, "{\"code\":\"12345678\"}");
            await("open")
                    .atMost(RealNetwork.SOON)
                    .until(() -> phone.pair("hall", "12345678").statusCode() == 201);
            Token before = phone.token("hall");
            local.put(CODE, "{\"code\":\"12345678\"}");
            network.unit("hall").kill9();
            network.unit("hall").start();
            assertThat(phone(network, "late").pair("hall", "12345678").statusCode())
                    .isEqualTo(410);
            assertThatThrownBy(() -> phone.connect("hall", before, new CompletableFuture<>()))
                    .isInstanceOf(Mqtt5ConnAckException.class);
        }
        Token token = phone.token("hall");
        phone.connect("hall", token, new CompletableFuture<>()).disconnect();
        RawMqtt mqtt = units.closing(RawMqtt.tcp(network.unit("hall").mqtt()));
        assertThat(mqtt.connect(Connect.v5("x").as(token.user(), token.password()))
                        .reason())
                .as("a token at the plain port")
                .isEqualTo(0x86);
        assertThat(phone.get(plainSession(network)).body()).contains("\"signIn\":\"key\"");
        RawMqtt web = units.webSocket(network.unit("hall"));
        assertThat(web.connect(Connect.v5("x").as(token.user(), token.password()))
                        .reason())
                .as("a token at the plain web port")
                .isZero();
    }

    @Test
    void theCommandTakesItsCodeBackWhenItIsEnded() throws Exception {
        WebNetwork network = new WebNetwork(units, "", "hall");
        Process command = command(network.unit("hall"));
        try (BufferedReader out = command.inputReader(StandardCharsets.UTF_8)) {
            String code = code(out);
            command.destroy();
            assertThat(command.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(phone(network, "anna").pair("hall", code).statusCode()).isEqualTo(410);
            assertThat(network.value("hall", CODE)).isNull();
        }
    }

    @Test
    void theCommandSaysWhyNoPhoneCanBePaired() throws Exception {
        UnitProcess alone = units.start();
        Process command = command(alone);
        assertThat(new String(command.getInputStream().readAllBytes(), UTF_8)).contains("is of no network");
        assertThat(command.waitFor()).isEqualTo(1);
        alone.kill9();
        Process gone = command(alone);
        assertThat(new String(gone.getInputStream().readAllBytes(), UTF_8)).contains("nobody answers");
        assertThat(gone.waitFor()).isEqualTo(3);
    }

    @Test
    void garbageAtTheEndpointsHarmsNobody() throws Exception {
        WebNetwork network = new WebNetwork(units, "", "hall");
        Phone phone = phone(network, "anna");
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            byte[] noise = new byte[random.nextInt(6_000)];
            random.nextBytes(noise);
            String path = List.of("/pair", "/challenge", "/token", "/session").get(random.nextInt(4));
            HttpResponse<String> answer = phone.post("hall", path, new String(noise, StandardCharsets.ISO_8859_1));
            assertThat(answer.statusCode()).as("-Dbookshelf.seed=%s", seed).isIn(400, 405, 413);
            assertThat(answer.body()).startsWith("{\"error\":");
        }
        pair(phone, network, "hall");
        phone.connect("hall", phone.token("hall"), new CompletableFuture<>()).disconnect();
        assertThat(Files.readString(network.unit("hall").stderr())).doesNotContain("mistake of ours");
    }
}
