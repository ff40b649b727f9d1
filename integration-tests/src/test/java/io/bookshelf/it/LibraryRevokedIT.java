package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.UnreachableException;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.RevocationList;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java library, certificates that are taken back, and certificates that are renewed. */
final class LibraryRevokedIT {
    private static final char[] PASSWORD = "password".toCharArray();
    private static final String REVOKED = "its certificate was revoked";

    @RegisterExtension
    private final Units units = Units.perTest();

    private Path folder;
    private AuthorityFolder home;

    @BeforeEach
    void issue() {
        folder = units.folder();
        home = AuthorityFolder.init(folder.resolve("home"), "home", InstantSource.system());
        home.issue(Role.UNIT, "hall", 30, folder.resolve("hall"), PASSWORD);
        home.issue(Role.OWNER, "anna", 30, folder.resolve("anna"), PASSWORD);
    }

    private RevocationList revoke(Role role, String name) {
        return home.revoke(List.of(new PeerIdentity("home", role, name))).getFirst();
    }

    /** A unit, and where it is reached by certificate. */
    private record Hall(UnitProcess unit, String url) {
        void learn(RevocationList list) {
            try (Bookshelf near =
                    Bookshelf.connect("mqtt://127.0.0.1:" + unit.mqtt().getPort())) {
                near.put(list.key(), list.der(), PutOptions.DEFAULT);
            }
        }
    }

    private Hall hall() {
        InetSocketAddress door = Ports.free();
        String listen = "127.0.0.1:" + door.getPort();
        UnitProcess unit = units.caring(new UnitProcess(
                folder.resolve("unit"),
                "hall",
                List.of(),
                "127.0.0.1",
                List.of("--listen", listen, "--pki", folder.resolve("hall").toString())));
        unit.start();
        return new Hall(unit, "mqtts://" + listen);
    }

    private static void isNotSpokenTo(ConnectOptions options) {
        assertThatThrownBy(options::connect)
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining(REVOKED);
    }

    @Test
    void theConnectionToAUnitEndsWhenTheStateSaysThatItIsRevokedAndNoneIsMadeAgain() {
        Hall hall = hall();
        ConnectOptions options = Bookshelf.at(hall.url()).pki(folder.resolve("anna"));
        Bookshelf anna = units.closing(options.timeout(Duration.ofSeconds(3)).connect());
        anna.put("k", "v");
        hall.learn(revoke(Role.UNIT, "hall"));
        await().until(() -> !anna.isConnected());
        assertThatThrownBy(() -> anna.get("k"))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining(REVOKED);
        isNotSpokenTo(options);
        isNotSpokenTo(Bookshelf.at(hall.url()).pki(folder.resolve("anna")));
    }

    /** Whoever stole the unit does not tell. */
    @Test
    void aListInTheFolderCountsToo() throws Exception {
        try (TlsAnswerer stolen = new TlsAnswerer(folder.resolve("hall").resolve("hall.p12"), PASSWORD)) {
            ConnectOptions options =
                    Bookshelf.at("mqtts://127.0.0.1:" + stolen.port()).pki(folder.resolve("anna"));
            Bookshelf anna = units.closing(options.connect());
            AuthorityFolder other = AuthorityFolder.init(folder.resolve("other"), "home", InstantSource.system());
            other.issue(Role.UNIT, "hall", 30, folder.resolve("other-hall"), PASSWORD);
            Files.write(
                    folder.resolve("anna").resolve("foreign.crl"),
                    other.revoke(List.of(new PeerIdentity("home", Role.UNIT, "hall")))
                            .getFirst()
                            .der());
            options.connect().close();
            assertThat(anna.isConnected()).as("by another authority's list").isTrue();
            Files.write(
                    folder.resolve("anna").resolve("home.crl"),
                    revoke(Role.UNIT, "hall").der());
            await().until(() -> !anna.isConnected());
            isNotSpokenTo(options);
        }
    }

    @Test
    void aRenewedCertificateIsShownWithoutARestart() throws Exception {
        Hall hall = hall();
        ConnectOptions options = Bookshelf.at(hall.url()).pki(folder.resolve("anna"));
        options.connect().close();
        Path old = Files.createDirectory(folder.resolve("old"));
        for (String file : List.of("ca.pem", "cert.pem", "key.pem")) {
            Files.copy(folder.resolve("anna").resolve(file), old.resolve(file));
        }
        home.issue(Role.OWNER, "bert", 30, folder.resolve("bert"), PASSWORD);
        copy("cert.pem");
        options.connect().close();
        copy("key.pem");
        hall.learn(revoke(Role.OWNER, "anna"));
        await("the one before is refused")
                .until(() -> isRefused(Bookshelf.at(hall.url()).pki(old)));
        try (Bookshelf bert = options.connect()) {
            bert.put("k", "v");
        }
    }

    private static boolean isRefused(ConnectOptions options) {
        try (Bookshelf shelf = options.connect()) {
            return false;
        } catch (BookshelfException refused) {
            return true;
        }
    }

    private void copy(String file) throws Exception {
        Files.copy(
                folder.resolve("bert").resolve(file),
                folder.resolve("anna").resolve(file),
                StandardCopyOption.REPLACE_EXISTING);
    }
}
