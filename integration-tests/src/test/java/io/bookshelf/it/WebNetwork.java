package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.HostNames;
import io.bookshelf.pki.RevocationList;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Linked units on loopback that serve HTTPS, and browsers of a kind: clients that trust the network's authority, check the
 * host name as any does, and have an owner's certificate or none.
 */
final class WebNetwork {
    private static final String NAME = "localhost";

    private final Path folder;
    private final AuthorityFolder authority;
    private final Map<String, UnitProcess> network = new LinkedHashMap<>();
    private final Map<String, InetSocketAddress> https = new LinkedHashMap<>();

    /**
     * Makes and starts the units.
     *
     * @param config the settings of all
     */
    WebNetwork(Units units, String config, String... names) throws IOException {
        folder = units.folder();
        authority = AuthorityFolder.init(folder.resolve("authority"), "home", InstantSource.system());
        Path settings = Files.writeString(folder.resolve("bookshelf.toml"), config);
        HostNames hosts = HostNames.of(List.of(NAME), List.of("127.0.0.1"));
        Map<String, InetSocketAddress> listen = new LinkedHashMap<>();
        for (String name : names) {
            authority.issue(Role.UNIT, name, hosts, 30, folder.resolve(name + "-pki"), null);
            listen.put(name, Ports.free());
            https.put(name, Ports.free());
        }
        for (String name : names) {
            StringBuilder peers = new StringBuilder();
            listen.forEach((other, address) -> {
                if (!other.equals(name)) {
                    peers.append("[units.%s]%naddresses = [\"%s\"]%n".formatted(other, text(address)));
                }
            });
            Path list = Files.writeString(folder.resolve(name + "-peers.toml"), peers);
            List<String> more = new ArrayList<>(List.of("--listen", text(listen.get(name))));
            more.addAll(List.of("--web-tls", text(https.get(name)), "--pki", "" + folder.resolve(name + "-pki")));
            more.addAll(List.of("--peers", "" + list, "--config", "" + settings));
            network.put(name, units.caring(new UnitProcess(folder.resolve(name), name, List.of(), "127.0.0.1", more)));
        }
        network.values().parallelStream().forEach(UnitProcess::start);
    }

    private static String text(@Nullable InetSocketAddress address) {
        return "127.0.0.1:" + Objects.requireNonNull(address).getPort();
    }

    UnitProcess unit(String name) {
        return Objects.requireNonNull(network.get(name), name);
    }

    AuthorityFolder authority() {
        return authority;
    }

    Path folder() {
        return folder;
    }

    /** Where a unit serves HTTPS, by the name in its certificate. */
    InetSocketAddress https(String name) {
        return InetSocketAddress.createUnresolved(NAME, port(name));
    }

    int port(String name) {
        return Objects.requireNonNull(https.get(name), name).getPort();
    }

    URI page(String name, String path) {
        return URI.create("https://" + NAME + ":" + port(name) + path);
    }

    /** The file with the authority's certificate. */
    Path trusted() {
        return folder.resolve("authority/ca.pem");
    }

    /** Issues an owner's certificate; the folder that it is in. */
    Path owner(String name) {
        Path out = folder.resolve("owner-" + name);
        authority.issue(Role.OWNER, name, 30, out, null);
        return out;
    }

    /** Takes the certificates of an owner back, as state, through this unit. */
    void revokeOwner(String name, String through) {
        RevocationList list = authority
                .revoke(List.of(new PeerIdentity("home", Role.OWNER, name)))
                .getFirst();
        try (RawMqtt client = RawMqtt.connected(unit(through).mqtt(), Connect.v5("revoking"))) {
            client.publish(list.key(), list.der(), 1, true, 9, Props.none());
            client.expect(Packet.PUBACK);
        }
    }

    /** What a unit has now; null for nothing. */
    @Nullable
    String value(String unit, String key) {
        try (RawMqtt client = RawMqtt.connected(unit(unit).mqtt(), Connect.v5("reading"))) {
            List<Packet> found = client.snapshot(0, key);
            return found.isEmpty() ? null : found.getFirst().text();
        }
    }

    void awaitValue(String unit, String key) {
        await(key + " at " + unit).atMost(RealNetwork.SOON).untilAsserted(() -> assertThat(value(unit, key))
                .isNotNull());
    }

    TrustManagerFactory trust() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry(
                    "ca",
                    CertificateFactory.getInstance("X.509")
                            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(trusted()))));
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The key and certificate of an owner, as a browser takes them from the {@code .p12}. */
    static KeyManagerFactory keys(Path owner, String name) {
        try {
            char[] password = Files.readString(owner.resolve(name + ".p12.password"), StandardCharsets.US_ASCII)
                    .strip()
                    .toCharArray();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(Files.readAllBytes(owner.resolve(name + ".p12"))), password);
            KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
            factory.init(store, password);
            return factory;
        } catch (GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }

    /** A client that trusts this network. */
    HttpClient browser(@Nullable KeyManagerFactory keys) {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys == null ? null : keys.getKeyManagers(), trust().getTrustManagers(), null);
            return HttpClient.newBuilder()
                    .sslContext(tls)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
