package io.bookshelf.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5DisconnectException;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not get in, or does not stay, at the listener for certificates, and what they are told. */
final class RefusedPeersTest {
    private final TestTrust.Network network = new TestTrust.Network("home");
    private final List<TestUnit> units = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private TestUnit unit(TestTrust trust) {
        TestUnit unit = new TestUnit(trust, folder);
        units.add(unit);
        return unit;
    }

    @AfterEach
    void stop() {
        units.forEach(TestUnit::close);
    }

    private static void awaitFailure(TestUnit unit, String reason) {
        await().atMost(TestUnit.PATIENCE)
                .untilAsserted(
                        () -> assertThat(unit.failures).first().asString().contains(reason));
    }

    @Test
    void anotherUnitThanTheOneThatWasMeantIsNotLinked() {
        TestUnit attic = unit(network.unit("attic"));
        TestUnit cellar = unit(network.unit("cellar"));
        attic.addresses.put("hall", List.of(cellar.address()));
        attic.links.keepLinked(Set.of("hall"));
        awaitFailure(attic, "there is spiffe://home/unit/cellar, not spiffe://home/unit/hall");
        assertThat(attic.open).isEmpty();
        assertThat(cellar.open).isEmpty();
    }

    @Test
    void aUnitOfAnotherNetworkIsNotLinked() {
        TestUnit attic = unit(network.unit("attic"));
        TestUnit stranger = unit(new TestTrust.Network("home").unit("hall"));
        attic.addresses.put("hall", List.of(stranger.address()));
        attic.links.keepLinked(Set.of("hall"));
        awaitFailure(attic, "its certificate is of another network");
    }

    @Test
    void aUnitThatTheOtherSideDoesNotLetInIsToldSo() {
        TestUnit attic = unit(network.unit("attic"));
        TestUnit hall = unit(network.unit("hall"));
        network.revoke(network.identity(Role.UNIT, "attic"));
        attic.addresses.put("hall", List.of(hall.address()));
        attic.links.keepLinked(Set.of("hall"));
        awaitFailure(attic, "the other side does not let this unit in");
        assertThat(hall.open).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"attic", "hall"})
    void aRevocationCutsAnOpenLinkWithinASecond(String revoked) {
        TestUnit attic = unit(network.unit("attic"));
        TestUnit hall = unit(network.unit("hall"));
        attic.dial(hall).send(new byte[1]);
        hall.link();
        long from = System.nanoTime();
        network.revoke(network.identity(Role.UNIT, revoked));
        await().atMost(TestUnit.PATIENCE).until(() -> attic.open.isEmpty() && hall.open.isEmpty());
        assertThat(System.nanoTime() - from).isLessThan(1_000_000_000L);
        assertThat(attic.closed).containsExactly("its certificate is revoked");
        assertThat(hall.closed).first().asString().endsWith("its certificate is revoked");
    }

    @Test
    void aRevocationWhileALinkIsBeingOpenedCutsItToo() {
        TestTrust trust = network.unit("attic");
        TestUnit attic = unit(trust);
        TestUnit hall = unit(network.unit("hall"));
        // Once in the handshake, and once whether it is the unit that was meant; then the link opens.
        trust.afterJudgements(2, () -> network.revoke(network.identity(Role.UNIT, "hall")));
        attic.addresses.put("hall", List.of(hall.address()));
        attic.links.keepLinked(Set.of("hall"));
        await().atMost(TestUnit.PATIENCE)
                .untilAsserted(() -> assertThat(attic.closed).containsExactly("its certificate is revoked"));
    }

    @Test
    void anOwnerComesInAndMayNotSendLinkFrames() {
        TestUnit hall = unit(network.unit("hall"));
        assertThat(refusal(hall, network.owner("anna")))
                .isInstanceOfSatisfying(Mqtt5DisconnectException.class, said -> {
                    assertThat(said.getMqttMessage().getReasonCode().getCode()).isEqualTo(0x87);
                    assertThat(said.getMqttMessage().getReasonString())
                            .hasToString("Optional[link frames from spiffe://home/owner/anna]");
                });
        assertThat(hall.open).isEmpty();
    }

    /** Connects, sends a link frame, and returns why the connection ended. */
    private static Throwable refusal(TestUnit hall, TestTrust who) {
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Mqtt5Client client = client(who, hall, ended);
        client.toBlocking().connect();
        client.toBlocking()
                .publishWith()
                .topic(PeerDoor.TOPIC)
                .payload(new byte[1])
                .send();
        return why(ended);
    }

    private static Throwable why(CompletableFuture<Throwable> ended) {
        return ended.orTimeout(TestUnit.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    private static Mqtt5Client client(TestTrust who, TestUnit to, CompletableFuture<Throwable> ended) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier("phone")
                .serverAddress(to.listen())
                .sslConfig()
                .keyManagerFactory(Managers.of(who.keyManager()))
                .trustManagerFactory(Managers.of(who.trustManager()))
                .hostnameVerifier((host, session) -> true)
                .applySslConfig()
                .addDisconnectedListener(context -> ended.complete(context.getCause()))
                .build();
    }

    @Test
    void aLocalClientMayNotSendLinkFramesNorTakeTheNameOfACertificate() {
        TestUnit hall = unit(network.unit("hall"));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Mqtt5Client local = MqttClient.builder()
                .useMqttVersion5()
                .serverAddress(hall.broker().mqtt())
                .addDisconnectedListener(context -> ended.complete(context.getCause()))
                .build();
        local.toBlocking().connect();
        local.toBlocking()
                .publishWith()
                .topic(PeerDoor.TOPIC)
                .payload(new byte[1])
                .send();
        assertThat(why(ended)).isInstanceOfSatisfying(Mqtt5DisconnectException.class, said -> assertThat(
                        said.getMqttMessage().getReasonCode().getCode())
                .isEqualTo(0x87));
        Mqtt5Client named = MqttClient.builder()
                .useMqttVersion5()
                .identifier("spiffe://home/owner/anna/phone")
                .serverAddress(hall.broker().mqtt())
                .build();
        assertThatExceptionOfType(Mqtt5ConnAckException.class)
                .isThrownBy(() -> named.toBlocking().connect())
                .satisfies(
                        said -> assertThat(said.getMqttMessage().getReasonCode().getCode())
                                .isEqualTo(0x85));
    }

    @Test
    void theSameClientIdOfTwoCertificatesIsTwoSessions() {
        TestUnit hall = unit(network.unit("hall"));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        Mqtt5Client anna = client(network.owner("anna"), hall, ended);
        anna.toBlocking().connect();
        for (TestTrust who : List.of(network.owner("ben"), network.unit("attic"))) {
            client(who, hall, new CompletableFuture<>()).toBlocking().connect();
        }
        assertThat(ended).isNotDone();
        assertThat(anna.getState().isConnected()).isTrue();
    }

    @Test
    void aRevokedOwnerIsPutOutWithTheReason() {
        TestUnit hall = unit(network.unit("hall"));
        CompletableFuture<Throwable> ended = new CompletableFuture<>();
        client(network.owner("anna"), hall, ended).toBlocking().connect();
        network.revoke(network.identity(Role.OWNER, "anna"));
        assertThat(why(ended)).isInstanceOfSatisfying(Mqtt5DisconnectException.class, said -> assertThat(
                        said.getMqttMessage().getReasonCode().getCode())
                .isEqualTo(0x87));
    }

    @Test
    void whoShowsNoCertificateIsRefusedByTheHandshake() throws Exception {
        TestUnit hall = unit(network.unit("hall"));
        SSLContext nobody = SSLContext.getInstance("TLSv1.3");
        nobody.init(new KeyManager[0], new TrustManager[] {network.owner("x").trustManager()}, null);
        try (Socket socket = nobody.getSocketFactory()
                .createSocket("127.0.0.1", hall.listen().getPort())) {
            socket.setSoTimeout(10_000);
            assertThatExceptionOfType(SSLException.class)
                    .isThrownBy(() -> socket.getInputStream().read());
        }
    }

    @Test
    void olderVersionsOfTlsAreRefused() throws Exception {
        TestUnit hall = unit(network.unit("hall"));
        try (SSLSocket socket = (SSLSocket) network.unit("attic")
                .context()
                .getSocketFactory()
                .createSocket("127.0.0.1", hall.listen().getPort())) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThatExceptionOfType(SSLException.class).isThrownBy(socket::startHandshake);
        }
    }

    /** Java itself asks for AES first. */
    @Test
    void whatIsFastWithoutHelpOfTheProcessorComesFirst() throws Exception {
        TestUnit hall = unit(network.unit("hall"));
        try (SSLSocket socket = (SSLSocket) network.unit("attic")
                .context()
                .getSocketFactory()
                .createSocket("127.0.0.1", hall.listen().getPort())) {
            socket.startHandshake();
            assertThat(socket.getSession().getCipherSuite()).isEqualTo("TLS_CHACHA20_POLY1305_SHA256");
        }
    }

    /** A unit's own connection, byte by byte; the first answer is a CONNACK. */
    private Socket raw(TestUnit to) throws IOException {
        Socket socket = network.unit("attic")
                .context()
                .getSocketFactory()
                .createSocket("127.0.0.1", to.listen().getPort());
        socket.setSoTimeout(10_000);
        OutputStream out = socket.getOutputStream();
        // CONNECT of MQTT 5, clean start, a keep-alive of a minute, no properties, no client id.
        out.write(HexFormat.of().parseHex("100d00044d5154540502003c000000"));
        out.flush();
        InputStream in = socket.getInputStream();
        assertThat(in.read()).isEqualTo(0x20);
        in.skipNBytes(in.read());
        return socket;
    }

    @Test
    void aFrameOfAHostileSizeEndsTheConnectionBeforeItIsRead() throws Exception {
        TestUnit hall = unit(network.unit("hall"));
        try (Socket socket = raw(hall)) {
            // A PUBLISH that says that 256 MiB follow.
            socket.getOutputStream().write(HexFormat.of().parseHex("30ffffff7f"));
            socket.getOutputStream().flush();
            byte[] answer = Objects.requireNonNull(socket.getInputStream().readAllBytes());
            assertThat(answer[0] & 0xFF).isEqualTo(0xE0);
            assertThat(answer[2] & 0xFF).isEqualTo(0x95);
        }
        assertThat(hall.open).isEmpty();
    }

    @Test
    void handshakesThatAreNeverFinishedDoNotPileUp() throws Exception {
        TestUnit hall = unit(network.unit("hall"));
        List<Socket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 140; i++) {
                idle.add(new Socket("127.0.0.1", hall.listen().getPort()));
            }
            Socket oldest = idle.getFirst();
            // Well before the time is up that a handshake has.
            oldest.setSoTimeout(5_000);
            assertThat(end(oldest)).isTrue();
            Mqtt5Client owner = client(network.owner("anna"), hall, new CompletableFuture<>());
            owner.toBlocking().connect();
        } finally {
            for (Socket each : idle) {
                each.close();
            }
        }
    }

    private static boolean end(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() < 0;
        } catch (SocketException reset) {
            return true;
        }
    }
}
