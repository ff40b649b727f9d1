package io.bookshelf.it;

import io.bookshelf.broker.access.PasswordFile;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.HostNames;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A unit with every kind of listener, a password file and rules, run with the profile {@code small}; and a neighbour that is
 * linked to it. An owner has a certificate, a daemon a password; everybody else comes in without a name.
 */
final class AttackedUnit {
    static final String DAEMON = "daemon";
    private static final String PASSWORD = "of-the-daemon";
    private static final String SETTINGS = """
            [sessions]
            queued_bytes = 2097152

            [access]
            password_file = "%s"
            anonymous = true

            [[access.rules]]
            allow = ["read", "write"]
            topics = ["#", "$SYS/#", "$bookshelf/#"]
            """;

    private final Path folder;
    private final AuthorityFolder authority;
    private final UnitProcess unit;
    private final UnitProcess neighbour;
    private final InetSocketAddress listen = Ports.free();
    private final InetSocketAddress https = Ports.free();
    private final SSLContext browser;
    private final SSLContext owner;

    /** Makes both, and starts neither. */
    AttackedUnit(Units units) throws IOException {
        folder = units.folder();
        authority = AuthorityFolder.init(folder.resolve("authority"), "home", InstantSource.system());
        Path passwords = folder.resolve("passwords");
        PasswordFile.set(passwords, DAEMON, PASSWORD.toCharArray());
        Path settings = Files.writeString(folder.resolve("attacked.toml"), SETTINGS.formatted(passwords));
        HostNames names = HostNames.of(List.of("localhost"), List.of("127.0.0.1"));
        InetSocketAddress theirs = Ports.free();
        unit = unit(units, names, "attacked", listen, "neighbour", theirs, settings);
        neighbour = unit(units, names, "neighbour", theirs, "attacked", listen, null);
        authority.issue(Role.OWNER, "anna", 30, folder.resolve("anna"), null);
        browser = tls(null);
        owner = tls(WebNetwork.keys(folder.resolve("anna"), "anna"));
    }

    private UnitProcess unit(
            Units units,
            HostNames names,
            String name,
            InetSocketAddress listen,
            String other,
            InetSocketAddress theirs,
            @Nullable Path settings)
            throws IOException {
        Path pki = folder.resolve(name + "-pki");
        authority.issue(Role.UNIT, name, names, 30, pki, null);
        Path peers = Files.writeString(
                folder.resolve(name + "-peers.toml"),
                "[units.%s]%naddresses = [\"127.0.0.1:%d\"]%n".formatted(other, theirs.getPort()));
        List<String> more = new java.util.ArrayList<>(
                List.of("--listen", "127.0.0.1:" + listen.getPort(), "--pki", "" + pki, "--peers", "" + peers));
        if (settings != null) {
            more.addAll(List.of("--web-tls", "127.0.0.1:" + https.getPort(), "--config", "" + settings));
        }
        return units.caring(new UnitProcess(folder.resolve(name), name, List.of(), "127.0.0.1", more));
    }

    private SSLContext tls(@Nullable KeyManagerFactory keys) throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            byte[] certificate = Files.readAllBytes(folder.resolve("authority/ca.pem"));
            store.setCertificateEntry(
                    "ca",
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate)));
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(keys == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Starts it, on what it has stored. */
    void start() {
        unit.start(UnitJvm.small());
    }

    UnitProcess unit() {
        return unit;
    }

    UnitProcess neighbour() {
        return neighbour;
    }

    InetSocketAddress mqtt() {
        return unit.mqtt();
    }

    InetSocketAddress web() {
        return unit.web();
    }

    /** What a request to {@link #web()} calls it. */
    String host() {
        return "127.0.0.1:" + web().getPort();
    }

    InetSocketAddress listen() {
        return listen;
    }

    InetSocketAddress https() {
        return https;
    }

    /** TLS for whoever trusts the network and has no certificate of it. */
    SSLContext browser() {
        return browser;
    }

    /** The daemon, come in by loopback with its name and password. */
    RawMqtt daemon(String clientId) {
        return RawMqtt.connected(mqtt(), Connect.v5(clientId).as(DAEMON, PASSWORD));
    }

    /** The owner, come in by certificate. */
    RawMqtt owner(String clientId) throws IOException {
        SSLSocket socket = (SSLSocket) owner.getSocketFactory().createSocket();
        try {
            socket.connect(listen, 10_000);
            socket.setSoTimeout(10_000);
            RawMqtt client = RawMqtt.over(new Wire.Tcp(socket));
            client.send(Connect.v5(clientId).toBytes());
            Packet connack = client.within(RawMqtt.PATIENCE);
            if (connack == null || connack.type() != Packet.CONNACK || connack.reason() != 0) {
                throw new IOException("not let in: " + connack);
            }
            return client;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }
}
