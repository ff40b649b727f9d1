package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.RefusedException;
import io.bookshelf.client.UnreachableException;
import io.bookshelf.client.Watch;
import io.bookshelf.client.WatchEvent;
import io.bookshelf.pki.AuthorityFolder;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Java library by certificate, by password, over WebSocket, and against a broker that is no unit. */
final class LibraryElsewhereIT {
    @RegisterExtension
    final Units units = Units.perTest();

    @Test
    void byCertificateOfTheNetworkAndNotWithoutOne() throws Exception {
        Path folder = units.folder();
        AuthorityFolder home = AuthorityFolder.init(folder.resolve("home"), "home", InstantSource.system());
        AuthorityFolder other = AuthorityFolder.init(folder.resolve("other"), "other", InstantSource.system());
        home.issue(Role.UNIT, "hall", 30, folder.resolve("hall"), null);
        home.issue(Role.OWNER, "anna", 30, folder.resolve("anna"), "password".toCharArray());
        other.issue(Role.OWNER, "eve", 30, folder.resolve("eve"), "password".toCharArray());
        InetSocketAddress door = Ports.free();
        UnitProcess unit = units.caring(new UnitProcess(
                folder.resolve("unit"),
                "hall",
                List.of(),
                "127.0.0.1",
                List.of(
                        "--listen",
                        "127.0.0.1:" + door.getPort(),
                        "--pki",
                        folder.resolve("hall").toString())));
        unit.start();
        String url = "mqtts://127.0.0.1:" + door.getPort();
        try (Bookshelf anna = Bookshelf.at(url).pki(folder.resolve("anna")).connect()) {
            anna.put("owner/says", "hello");
            assertThat(anna.get("owner/says").map(Entry::text)).contains("hello");
            assertThatThrownBy(() -> anna.put("local/x", "1"))
                    .isInstanceOfSatisfying(
                            RefusedException.class, e -> assertThat(e.code()).isEqualTo(0x87));
        }
        assertThatThrownBy(() -> Bookshelf.at(url).pki(folder.resolve("eve")).connect())
                .isInstanceOf(BookshelfException.class);
        assertThatThrownBy(() -> Bookshelf.connect(url)).isInstanceOf(BookshelfException.class);
        assertThatThrownBy(() -> Bookshelf.at(url).pki(folder.resolve("nowhere")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bookshelf pki issue");
        assertThatThrownBy(() ->
                        Bookshelf.connect("mqtts://127.0.0.1:" + unit.mqtt().getPort()))
                .isInstanceOf(UnreachableException.class)
                .hasMessageContaining("does it speak TLS there?");
    }

    @Test
    void aCertificateOfTheNetworkDoesNotMakeItsHolderAUnit() throws Exception {
        Path folder = units.folder();
        char[] password = "password".toCharArray();
        AuthorityFolder home = AuthorityFolder.init(folder.resolve("home"), "home", InstantSource.system());
        home.issue(Role.UNIT, "hall", 30, folder.resolve("hall"), password);
        home.issue(Role.OWNER, "anna", 30, folder.resolve("anna"), password);
        home.issue(Role.OWNER, "eve", 30, folder.resolve("eve"), password);
        // as during a renewal: the key that fits the certificate is not the only one
        Path keys = folder.resolve("anna").resolve("key.pem");
        Files.writeString(keys, Files.readString(folder.resolve("eve").resolve("key.pem")) + Files.readString(keys));
        try (TlsAnswerer hall = new TlsAnswerer(folder.resolve("hall").resolve("hall.p12"), password);
                TlsAnswerer eve = new TlsAnswerer(folder.resolve("eve").resolve("eve.p12"), password)) {
            at(hall, folder).connect().close();
            assertThatThrownBy(() -> at(eve, folder).connect()).isInstanceOf(UnreachableException.class);
        }
    }

    private static ConnectOptions at(TlsAnswerer somebody, Path folder) {
        return Bookshelf.at("mqtts://127.0.0.1:" + somebody.port()).pki(folder.resolve("anna"));
    }

    @Test
    void byPasswordAndOverWebSocket() throws Exception {
        Path passwords = units.folder().resolve("passwords");
        UnitProcess.passwd(passwords, "anna", "secret");
        UnitProcess unit = units.start("[access]\npassword_file = \"" + passwords + "\"\n");
        String url = "ws://127.0.0.1:" + unit.web().getPort() + "/mqtt";
        try (Bookshelf anna = Bookshelf.at(url).login("anna", "secret").connect()) {
            anna.put("ws/x", "1");
            assertThat(anna.get("ws/x").map(Entry::text)).contains("1");
        }
        assertThatThrownBy(() -> Bookshelf.at(url).login("anna", "wrong").connect())
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("does not let this client in");
    }

    @Test
    void anotherBrokerDoesMinusWhatOnlyAUnitTells() throws Exception {
        try (OtherBroker mosquitto = new OtherBroker(units.folder());
                Bookshelf shelf = Bookshelf.connect("mqtt://127.0.0.1:" + mosquitto.port())) {
            assertThat(shelf.unit()).isEmpty();
            shelf.put("m/a", "1");
            shelf.put("m/b", "1");
            shelf.delete("m/b");
            assertThat(shelf.get("m/a").map(Entry::text)).contains("1");
            assertThat(shelf.get("m/b")).isEmpty();
            assertThat(shelf.list("m/#")).extracting(Entry::key).containsExactly("m/a");
            Watch watch = shelf.watch("m/#");
            List<String> keys = new ArrayList<>();
            WatchEvent event = watch.take();
            while (event instanceof WatchEvent.Changed changed) {
                keys.add(changed.entry().key());
                event = watch.take();
            }
            assertThat(keys).containsExactly("m/a");
            assertThat(event).isEqualTo(new WatchEvent.Complete(1));
            shelf.delete("m/a");
            await().until(() -> watch.take().equals(new WatchEvent.Deleted("m/a")));
        }
    }
}
