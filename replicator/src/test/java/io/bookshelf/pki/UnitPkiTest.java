package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Handshakes over loopback between units, each from its folder. */
final class UnitPkiTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path root;

    @SuppressWarnings("NullAway.Init") // before each test
    private TestNetwork home;

    @BeforeEach
    void found() {
        home = new TestNetwork(root, "home");
    }

    @AfterEach
    void leave() {
        home.close();
    }

    private static Wire link(UnitPki dialling, UnitPki listening) throws Wire.Failed {
        return Wire.between(dialling.context(), listening.context());
    }

    private static void assertRefused(UnitPki dialling, UnitPki listening, String reason) {
        assertThatThrownBy(() -> link(dialling, listening).close())
                .isInstanceOf(Wire.Failed.class)
                .hasMessageContaining(reason);
    }

    /** What somebody without our rules would bring: it trusts everybody and shows what it is told to. */
    private static SSLContext lax(Credentials credentials, boolean shown) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        KeyManager[] keys = shown ? new KeyManager[] {new SwappableKeys(credentials)} : new KeyManager[0];
        context.init(keys, new TrustManager[] {new TrustsAll()}, null);
        return context;
    }

    @Test
    void twoUnitsLinkAndEachKnowsWhoTheOtherIs() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        try (Wire wire = link(hall, attic)) {
            assertThat(wire.works()).isTrue();
            assertThat(wire.dialler().getSession().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(attic.judge(wire.dialled()).uri()).isEqualTo("spiffe://home/unit/hall");
            assertThat(hall.judge(wire.listened()).uri()).isEqualTo("spiffe://home/unit/attic");
        }
    }

    @Test
    void refusesUnitsOfAnotherNetworkInBothDirections() {
        try (TestNetwork away = new TestNetwork(root, "away")) {
            UnitPki hall = home.unit("hall");
            UnitPki stranger = away.unit("hall");
            assertRefused(hall, stranger, "of another network");
            assertRefused(stranger, hall, "of another network");
        }
    }

    @Test
    void refusesWhoShowsNoCertificateOrAnOlderProtocol() {
        UnitPki hall = home.unit("hall");
        Credentials own = new Bundle(home.folder("hall")).load().credentials();
        assertThatThrownBy(() -> Wire.between(lax(own, false), hall.context()).close())
                .hasMessageContaining("Empty client certificate chain");
        assertThatThrownBy(() ->
                        Wire.between(lax(own, true), hall.context(), "TLSv1.2").close())
                .isInstanceOf(Wire.Failed.class)
                .hasMessageContaining("protocol");
    }

    @Test
    void lettingDownTheProtocolOfAnEngineDoesNotHelp() throws Exception {
        UnitPki hall = home.unit("hall");
        Credentials own = new Bundle(home.folder("hall")).load().credentials();
        assertThatThrownBy(() ->
                        Wire.between(hall.context(), lax(own, true), "TLSv1.2").close())
                .hasMessageContaining("it speaks TLSv1.2 instead of TLSv1.3");
    }

    @Test
    void anOwnerComesInButNobodyDialsOne() throws Exception {
        UnitPki hall = home.unit("hall");
        Path phone = root.resolve("phone");
        home.authority.issue(Role.OWNER, "anna", 90, phone, null);
        SSLContext anna = lax(new Bundle(phone).load().credentials(), true);
        try (Wire wire = Wire.between(anna, hall.context())) {
            assertThat(hall.judge(wire.dialled()).role()).isEqualTo(Role.OWNER);
        }
        assertThatThrownBy(() -> Wire.between(hall.context(), anna).close())
                .hasMessageContaining("its role, owner, is the wrong one");
    }

    @Test
    void anExpiredUnitLinksWhereItIsListedAndNowhereElse() throws Exception {
        home.issue("hall");
        home.clock.pass(Duration.ofDays(TestNetwork.DAYS + 1));
        UnitPki hall = home.open("hall");
        UnitPki knowing = home.unit("attic", "hall");
        UnitPki unknowing = home.unit("cellar");
        link(hall, knowing).close();
        assertRefused(hall, unknowing, "its certificate expired on");
    }

    @Test
    void aNewCertificateIsTakenUpWithoutARestartAndOpenLinksStay() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        CountDownLatch changed = new CountDownLatch(1);
        attic.onChange(changed::countDown);
        X509Certificate before = attic.certificate();
        try (Wire old = link(hall, attic)) {
            moveIn(anew("attic"), home.folder("attic"));
            assertThat(changed.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(old.works()).isTrue();
            try (Wire young = link(hall, attic)) {
                assertThat(young.listened()[0]).isEqualTo(attic.certificate()).isNotEqualTo(before);
            }
        }
    }

    /** Another pair of the same unit, beside its folder. */
    private Path anew(String unit) {
        Path folder = root.resolve("anew");
        home.authority.issue(Role.UNIT, unit, TestNetwork.DAYS, folder, null);
        return folder;
    }

    private static void moveIn(Path from, Path to) throws Exception {
        for (String file : List.of("key.pem", "cert.pem")) {
            Files.move(from.resolve(file), to.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Test
    void whatIsBrokenOrSomebodyElsesChangesNothing() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        AtomicInteger changes = new AtomicInteger();
        attic.onChange(changes::incrementAndGet);
        X509Certificate before = attic.certificate();

        Files.write(home.folder("attic").resolve("cert.pem"), "-----BEGIN CERTIFICATE-----\nMIIB".getBytes(US_ASCII));
        attic.look();
        link(hall, attic).close();
        moveIn(anew("somebody"), home.folder("attic"));
        attic.look();
        link(hall, attic).close();

        assertThat(attic.certificate()).isEqualTo(before);
        assertThat(changes).hasValue(0);
    }

    @Test
    void aRevokedUnitIsRefusedAtTheNextHandshakeAndWhenJudgedAgain() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic", "hall");
        AtomicInteger changes = new AtomicInteger();
        attic.onChange(changes::incrementAndGet);
        try (Wire open = link(hall, attic)) {
            RevocationList list = revoke("hall");
            assertThat(attic.offer(list.der())).isTrue();
            assertThat(changes).hasValue(1);
            assertThatThrownBy(() -> attic.judge(open.dialled()))
                    .hasMessage("its certificate was revoked (spiffe://home/unit/hall)");
            assertRefused(hall, attic, "its certificate was revoked");
            assertThat(attic.newest()).extracting(RevocationList::key).containsExactly(list.key());
        }
    }

    @Test
    void noSessionOfBeforeIsResumedPastARevocation() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        try (ServerSocket server = Wire.listen()) {
            Wire.at(server, hall.context(), attic.context()).close();
            attic.offer(revoke("hall").der());
            assertThatThrownBy(() ->
                            Wire.at(server, hall.context(), attic.context()).close())
                    .isInstanceOf(Wire.Failed.class)
                    .hasMessageContaining("its certificate was revoked");
        }
    }

    private RevocationList revoke(String unit) {
        return home.authority
                .revoke(List.of(Names.identity("home", Role.UNIT, unit)))
                .getFirst();
    }

    @Test
    void unitsThatKnowTheSameRevocationsNameThemByTheSameNumber() {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        home.issue("stolen");
        home.issue("other");
        assertThat(hall.revocations()).isZero();
        RevocationList first = revoke("stolen");
        RevocationList second = revoke("other");
        hall.offer(first.der());
        long one = hall.revocations();
        assertThat(one).isNotZero();
        hall.offer(second.der());
        assertThat(hall.revocations()).isNotEqualTo(one).isNotZero();
        assertThat(attic.revocations()).isZero();
        attic.offer(second.der());
        assertThat(attic.revocations()).isEqualTo(hall.revocations());
    }

    @Test
    void nothingTakesBackTheHighestListThatWasVerified() throws Exception {
        UnitPki hall = home.unit("hall");
        home.issue("stolen");
        home.issue("other");
        UnitPki other = home.open("other");
        RevocationList first = revoke("stolen");
        RevocationList second = revoke("other");
        assertThat(second.number()).isEqualTo(2);
        assertThat(hall.offer(second.der())).isTrue();

        byte[] damaged = second.der();
        damaged[damaged.length - 1] ^= 1;
        assertThat(hall.offer(first.der())).isFalse();
        assertThat(hall.offer(second.der())).isFalse();
        assertThat(hall.offer(damaged)).isFalse();
        assertThat(hall.offer(new byte[0])).isFalse();
        try (TestNetwork away = new TestNetwork(root, "away")) {
            away.issue("x");
            RevocationList theirs = away.authority
                    .revoke(List.of(Names.identity("away", Role.UNIT, "x")))
                    .getFirst();
            assertThat(hall.offer(theirs.der())).isFalse();
        }
        assertRefused(other, hall, "revoked");

        hall.close();
        UnitPki again = home.open("hall");
        assertThat(again.newest()).extracting(RevocationList::number).containsExactly(2L);
        assertRefused(other, again, "revoked");
    }

    @Test
    void unitsLinkThroughoutARollOver() throws Exception {
        UnitPki hall = home.unit("hall");
        UnitPki attic = home.unit("attic");
        home.authority.roll();
        moveIn(anew("attic"), home.folder("attic"));
        attic.look();
        // The attic's certificate is the new authority's; the hall has never heard of that, and both trust the old one.
        link(hall, attic).close();
        link(attic, hall).close();

        Files.write(home.folder("attic").resolve("ca.pem"), Pem.certificates(home.authority.certificates()));
        attic.look();
        link(hall, attic).close();

        home.authority.finishRoll(true);
        Files.write(home.folder("attic").resolve("ca.pem"), Pem.certificates(home.authority.certificates()));
        attic.look();
        assertRefused(hall, attic, "authority that is not this network's");
    }

    @Test
    void aFolderThatIsNoUnitsIsRefusedWithASentence() {
        Path phone = root.resolve("phone");
        home.authority.issue(Role.OWNER, "anna", 90, phone, null);
        UnitPki.Settings owner = new UnitPki.Settings(phone, root, home.clock, home.clock.instant(), id -> false, null);
        assertThatThrownBy(() -> UnitPki.open(owner))
                .isInstanceOf(PkiException.class)
                .hasMessageContaining("no unit");
        UnitPki.Settings nothing =
                new UnitPki.Settings(root.resolve("none"), root, home.clock, home.clock.instant(), id -> false, null);
        assertThatThrownBy(() -> UnitPki.open(nothing))
                .isInstanceOf(PkiException.class)
                .hasMessageContaining("it is not there");
    }
}
