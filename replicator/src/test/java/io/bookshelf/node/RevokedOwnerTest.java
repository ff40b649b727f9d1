package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.message.disconnect.Mqtt5DisconnectReasonCode;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.node.TestNodes.TestNode;
import io.bookshelf.pki.RevocationList;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.StoreReader;
import io.bookshelf.store.StoredSession;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An owner whose certificate is revoked leaves nothing behind at any unit. */
final class RevokedOwnerTest {
    private static final char[] PASSWORD = "secret".toCharArray();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path root;

    /** Connects at the listener for certificates, and leaves a will that fires a second after the connection breaks. */
    private Mqtt5BlockingClient owner(TestNodes home, TestNode unit, String name, CompletableFuture<Throwable> ended)
            throws Exception {
        Path folder = root.resolve("owner-" + name);
        home.authority.issue(Role.OWNER, name, 90, folder, PASSWORD);
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(folder.resolve(name + ".p12"))) {
            keys.load(file, PASSWORD);
        }
        KeyManagerFactory mine = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        mine.init(keys, PASSWORD);
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        trusted.setCertificateEntry("ca", keys.getCertificateChain(name)[1]);
        TrustManagerFactory theirs = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        theirs.init(trusted);
        Mqtt5BlockingClient client = MqttClient.builder()
                .useMqttVersion5()
                .identifier("phone")
                .serverAddress(Objects.requireNonNull(unit.node.listen()))
                .sslConfig()
                .keyManagerFactory(mine)
                .trustManagerFactory(theirs)
                .hostnameVerifier((host, session) -> true)
                .applySslConfig()
                .addDisconnectedListener(context -> ended.complete(context.getCause()))
                .buildBlocking();
        client.connectWith()
                .sessionExpiryInterval(3_600)
                .willPublish()
                .topic("wills/" + name)
                .payload(new byte[] {1})
                .qos(MqttQos.AT_LEAST_ONCE)
                .retain(true)
                .delayInterval(1)
                .applyWillPublish()
                .send();
        client.subscribeWith()
                .topicFilter("events/#")
                .qos(MqttQos.AT_LEAST_ONCE)
                .send();
        return client;
    }

    private static void breakOff(Mqtt5BlockingClient client) {
        client.disconnectWith()
                .reasonCode(Mqtt5DisconnectReasonCode.DISCONNECT_WITH_WILL_MESSAGE)
                .send();
    }

    private static RevocationList revoke(TestNodes home, String owner) {
        return home.authority
                .revoke(List.of(new PeerIdentity("home", Role.OWNER, owner)))
                .getFirst();
    }

    private List<String> holders(String unit) {
        try (StateStore store = SqliteStateStore.open(root.resolve(unit).resolve("data"), StoreOptions.defaults());
                StoreReader reader = store.openReader()) {
            return reader.sessions().stream().map(StoredSession::clientId).toList();
        }
    }

    @Test
    void isCutAndHasNeitherWillNorSessionAtAnyUnitAnyMore() throws Exception {
        try (TestNodes home = new TestNodes(root)) {
            List.of("hall", "attic").forEach(unit -> home.issue(unit, 90));
            TestNode hall = home.start("hall", CertificateSettings.DEFAULTS, "attic");
            TestNode attic = home.start("attic", CertificateSettings.DEFAULTS, "hall");
            CompletableFuture<Throwable> ended = new CompletableFuture<>();
            owner(home, hall, "anna", ended);
            Mqtt5BlockingClient away = owner(home, attic, "away", new CompletableFuture<>());
            Mqtt5BlockingClient ben = owner(home, attic, "ben", new CompletableFuture<>());
            breakOff(away);
            revoke(home, "away");
            RevocationList list = revoke(home, "anna");
            hall.publish(list.key(), list.der());
            attic.awaitValue(list.key(), list.der());
            await().atMost(TestNodes.PATIENCE).until(ended::isDone);
            // His is due after theirs would have been.
            breakOff(ben);
            for (TestNode unit : List.of(hall, attic)) {
                unit.awaitValue("wills/ben", new byte[] {1});
                unit.publish("behind/" + unit.name, new byte[] {1});
            }
            for (TestNode unit : List.of(hall, attic)) {
                unit.awaitValue("behind/hall", new byte[] {1});
                unit.awaitValue("behind/attic", new byte[] {1});
                assertThat(unit.value("wills/anna")).isNull();
                assertThat(unit.value("wills/away")).isNull();
            }
        }
        assertThat(holders("hall")).isEmpty();
        assertThat(holders("attic")).containsExactly("spiffe://home/owner/ben/phone");
    }
}
