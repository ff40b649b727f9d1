package io.bookshelf.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A unit renews through a signer, over loopback. */
final class RenewalTest {
    private static final Duration TWO_THIRDS = Duration.ofDays(TestNetwork.DAYS * 2 / 3);

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path root;

    @SuppressWarnings("NullAway.Init") // before each test
    private TestNetwork home;

    private @Nullable Signer signer;

    @BeforeEach
    void found() {
        home = new TestNetwork(root, "home");
    }

    @AfterEach
    void leave() {
        if (signer != null) {
            signer.close();
        }
        home.close();
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private String serve() {
        Signer started = Signer.start(home.authority, anyPort(), TestNetwork.DAYS);
        signer = started;
        return "127.0.0.1:" + started.address().getPort();
    }

    /** One look, as the renewal's own thread does it. */
    private static String problemAfterALook(UnitPki unit, @Nullable String address) throws Exception {
        try (Renewal renewal = Renewal.notStarted(unit, address, new Random(1))) {
            renewal.look();
            return renewal.problem();
        }
    }

    @Test
    void renewsFromAThirdOfItsLifeBeforeTheEndWithANewKey() throws Exception {
        UnitPki hall = home.unit("hall");
        X509Certificate first = hall.certificate();
        home.clock.pass(TWO_THIRDS.minusDays(1));
        String address = serve();
        assertThat(problemAfterALook(hall, address)).isEmpty();
        assertThat(hall.certificate()).isEqualTo(first);

        home.clock.pass(Duration.ofDays(1));
        assertThat(problemAfterALook(hall, address)).isEmpty();
        assertThat(hall.certificate().getNotAfter()).isAfter(first.getNotAfter());
        assertThat(hall.certificate().getPublicKey()).isNotEqualTo(first.getPublicKey());
        assertThat(Pem.keys(SafeFiles.read(hall.bundle().key()), "key")).hasSize(1);
        assertThat(hall.bundle().load().who()).isEqualTo(hall.self());
    }

    @Test
    void renewsByItselfOnceStarted() throws Exception {
        UnitPki hall = home.unit("hall");
        X509Certificate first = hall.certificate();
        home.clock.pass(TWO_THIRDS);
        var renewed = new CountDownLatch(1);
        hall.onChange(renewed::countDown);
        try (Renewal renewal = Renewal.notStarted(hall, serve(), new Random(1))) {
            renewal.begin(Duration.ofMillis(10));
            assertThat(renewed.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(hall.certificate()).isNotEqualTo(first);
            assertThat(renewal.problem()).isEmpty();
        }
    }

    @Test
    void aUnitThatHasExpiredMayRenewButARevokedOneNever() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki stolen = home.unit("stolen");
        home.authority.revoke(List.of(Names.identity("home", Role.UNIT, "stolen")));
        home.clock.pass(Duration.ofDays(TestNetwork.DAYS + 30));
        String address = serve();

        assertThat(problemAfterALook(hall, address)).isEmpty();
        assertThat(hall.certificate().getNotAfter().toInstant()).isAfter(home.clock.instant());
        assertThat(problemAfterALook(stolen, address))
                .startsWith("this unit's certificate expired on ")
                .contains("could not be renewed");
    }

    @Test
    void takesRevocationListsFromTheSigner() throws Exception {
        UnitPki hall = home.unit("hall");
        home.issue("stolen");
        home.authority.revoke(List.of(Names.identity("home", Role.UNIT, "stolen")));
        assertThat(problemAfterALook(hall, serve())).isEmpty();
        assertThat(hall.newest()).extracting(RevocationList::number).containsExactly(1L);
    }

    @Test
    void saysThatItCouldNotRenewOnlyOnceItIsTime() throws Exception {
        UnitPki hall = home.unit("hall");
        String nobody;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = "127.0.0.1:" + taken.getLocalPort();
        }
        assertThat(problemAfterALook(hall, nobody)).isEmpty();
        assertThat(problemAfterALook(hall, null)).isEmpty();
        home.clock.pass(TWO_THIRDS);
        assertThat(problemAfterALook(hall, nobody)).contains("ends on").contains("cannot be reached");
        assertThat(problemAfterALook(hall, null)).contains("no signer is set");
    }

    @Test
    void asksUnderItsOwnNameOnly() throws Exception {
        UnitPki hall = home.unit("hall");
        KeyPair pair = Keys.generate();
        PeerIdentity attic = Names.identity("home", Role.UNIT, "attic");
        byte[] request = Pem.encode(Pem.REQUEST, Issuing.request(pair, attic, HostNames.NONE));
        try (SignerClient client = new SignerClient(serve(), hall)) {
            assertThatThrownBy(() -> client.renew(request))
                    .isInstanceOf(PkiException.class)
                    .hasMessageContaining("it is spiffe://home/unit/hall and asks for a certificate of " + attic);
            assertThatThrownBy(() -> client.renew(new byte[] {1, 2, 3}))
                    .hasMessageContaining("BEGIN CERTIFICATE REQUEST");
        }
    }

    @Test
    void keepsTheHostNamesThatItHasWhateverTheRequestSays() throws Exception {
        HostNames hosts = HostNames.of(List.of("hall.home"), List.of("192.168.1.2", "fd00::2"));
        home.authority.issue(Role.UNIT, "hall", hosts, TestNetwork.DAYS, home.folder("hall"), null);
        UnitPki hall = home.open("hall");
        assertThat(hall.hostNames()).containsExactlyInAnyOrder("hall.home", "192.168.1.2", "fd00:0:0:0:0:0:0:2");
        KeyPair pair = Keys.generate();
        HostNames others = HostNames.of(List.of("bank.example"), List.of());
        try (SignerClient client = new SignerClient(serve(), hall)) {
            List<X509Certificate> renewed =
                    client.renew(Pem.encode(Pem.REQUEST, Issuing.request(pair, hall.self(), others)));
            assertThat(HostNames.of(renewed.getFirst())).isEqualTo(hosts);
        }
    }

    @Test
    void doesNotBelieveAUnitThatPlaysSigner() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(attic.context()));
        server.createContext("/", exchange -> {
            byte[] body = Pem.certificates(home.authority.certificates());
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        try (SignerClient client =
                new SignerClient("127.0.0.1:" + server.getAddress().getPort(), hall)) {
            assertThatThrownBy(client::authorities).hasMessageContaining("is spiffe://home/unit/attic, and no signer");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void followsARollOverFromItsBeginningToItsEnd() throws Exception {
        UnitPki hall = home.unit("hall");
        X509Certificate first = hall.certificate();
        String address = serve();
        home.authority.roll();

        assertThat(problemAfterALook(hall, address)).isEmpty();
        assertThat(hall.certificate()).isNotEqualTo(first);
        assertThat(hall.contents().authorities().certificates())
                .isEqualTo(home.authority.certificates())
                .hasSize(2);

        home.authority.finishRoll(false);
        X509Certificate second = hall.certificate();
        assertThat(problemAfterALook(hall, address)).isEmpty();
        assertThat(hall.certificate()).isEqualTo(second);
        assertThat(hall.contents().authorities().certificates())
                .isEqualTo(home.authority.certificates())
                .hasSize(1);
    }

    @Test
    void theFolderCanBeLoadedWhereverAReplacementWasCutOff() {
        home.issue("hall");
        home.authority.roll();
        Bundle bundle = new Bundle(home.folder("hall"));
        Bundle.Contents old = bundle.load();
        KeyPair pair = Keys.generate();
        Credentials fresh = new Credentials(
                home.authority.sign(pair.getPublic(), old.who(), HostNames.NONE, Duration.ofDays(TestNetwork.DAYS)),
                pair.getPrivate());
        home.authority.finishRoll(true);
        for (Runnable step : bundle.replacing(old, home.authority.authorities(), fresh)) {
            step.run();
            assertThat(bundle.load().who()).isEqualTo(old.who());
        }
        assertThat(bundle.load().credentials().certificate()).isEqualTo(fresh.certificate());
    }
}
