package io.bookshelf.pki;

import static io.bookshelf.broker.peer.PeerIdentity.Role.CLOUD;
import static io.bookshelf.broker.peer.PeerIdentity.Role.OWNER;
import static io.bookshelf.broker.peer.PeerIdentity.Role.UNIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CertificateRulesTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Instant BUILT = NOW.minus(Duration.ofDays(60));
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Duration MONTH = Duration.ofDays(30);
    private static final Set<Role> ANY = EnumSet.allOf(Role.class);

    private static final Authority HOME = TestCertificates.authority("home", NOW.minus(YEAR));
    private static final Authority AWAY = TestCertificates.authority("away", NOW.minus(YEAR));
    private static final Authority NEXT = TestCertificates.authority("home", NOW.minus(MONTH));
    private static final Authority TWIN = TestCertificates.authority("home", NOW.minus(YEAR));

    /** @param reason a part of the refusal; empty for a welcome */
    private record Case(String what, X509Certificate[] chain, String reason) {
        @Override
        public String toString() {
            return what;
        }
    }

    private static Case of(String what, String reason, X509Certificate... chain) {
        return new Case(what, chain, reason);
    }

    private static X509Certificate unit(Authority by, String name) {
        return TestCertificates.holder(by, UNIT, name, NOW.minus(MONTH), YEAR);
    }

    private static X509Certificate named(String... uris) throws Exception {
        PublicKey key = Keys.generate().getPublic();
        return TestCertificates.raw(name(HOME), HOME.key(), key, NOW.minus(MONTH), YEAR, uris);
    }

    private static X500Principal name(Authority authority) {
        return authority.certificate().getSubjectX500Principal();
    }

    private static CertificateRules.Situation situation(boolean known, @Nullable Duration expiredFor) {
        return situation(known, expiredFor, Map.of());
    }

    private static CertificateRules.Situation situation(
            boolean known, @Nullable Duration expiredFor, Map<String, RevocationList> lists) {
        Authorities trusted = Authorities.of(List.of(HOME.certificate()), "test");
        return new CertificateRules.Situation(trusted, lists, NOW, known, BUILT, "hall"::equals, expiredFor);
    }

    private static Map<String, RevocationList> revoked(X509Certificate... certificates) {
        Map<BigInteger, Instant> serials = new TreeMap<>();
        for (X509Certificate certificate : certificates) {
            serials.put(certificate.getSerialNumber(), NOW);
        }
        RevocationList list = RevocationList.verified(
                Issuing.list(HOME, 1, serials, NOW), Authorities.of(List.of(HOME.certificate()), "test"));
        return Map.of(HOME.id(), list);
    }

    static Stream<Case> cases() throws Exception {
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(1024);
        PublicKey weak = rsa.generateKeyPair().getPublic();
        PublicKey edwards =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
        PeerIdentity hall = new PeerIdentity("home", UNIT, "hall");
        KeyPair own = Keys.generate();
        X509Certificate good = Issuing.holder(HOME, own.getPublic(), hall, HostNames.NONE, NOW.minus(MONTH), YEAR);
        String uri = hall.uri();
        PublicKey key = Keys.generate().getPublic();
        X509Certificate bySelf =
                TestCertificates.raw(null, own.getPrivate(), own.getPublic(), NOW.minus(MONTH), YEAR, uri);
        X500Principal subject = good.getSubjectX500Principal();
        X509Certificate byUnit = TestCertificates.raw(subject, own.getPrivate(), key, NOW.minus(MONTH), YEAR, uri);
        X509Certificate byNext = unit(NEXT, "hall");
        X509Certificate vouched = Issuing.vouch(NEXT.certificate(), HOME);
        return Stream.of(
                of("a unit", "", good),
                of("an owner", "", TestCertificates.holder(HOME, OWNER, "anna", NOW, YEAR)),
                of("the cloud", "", TestCertificates.holder(HOME, CLOUD, "cloud", NOW, YEAR)),
                of("nothing", "it has no certificate"),
                of(
                        "a small RSA key",
                        "RSA with 1024 bits",
                        Issuing.holder(HOME, weak, hall, HostNames.NONE, NOW, YEAR)),
                of(
                        "a key of another kind",
                        "neither EC nor RSA",
                        Issuing.holder(HOME, edwards, hall, HostNames.NONE, NOW, YEAR)),
                of("one that signed itself", "self-signed", bySelf),
                of("the authority itself", "names", HOME.certificate()),
                of("another network", "it is of another network, away", unit(AWAY, "hall")),
                of("an authority that says it is ours", "authority that is not this network's", unit(TWIN, "hall")),
                of("ours, naming another network", "of another network, away", named("spiffe://away/unit/hall")),
                of("no name", "names nobody", named()),
                of("two names", "names several holders", named(uri, "spiffe://home/unit/attic")),
                of("an unknown role", "an unknown role, guest", named("spiffe://home/guest/hall")),
                of("a query behind the name", "not a name of this kind", named("spiffe://home/unit/hall?x")),
                of("an escape in the name", "not a name of this kind", named("spiffe://home/unit/h%61ll")),
                of("a unit that plays authority", "not this network's", byUnit, good),
                of("a new authority, vouched for", "", byNext, vouched),
                of("a new authority, not vouched for", "not this network's", byNext),
                of(
                        "a new authority, vouched for by another",
                        "not this network's",
                        byNext,
                        Issuing.vouch(NEXT.certificate(), TWIN)));
    }

    static Stream<Case> hostNames() throws Exception {
        String uri = "spiffe://home/unit/hall";
        return Stream.of(
                of("a host name besides", "", named(uri, "dns:hall.home")),
                of("a host name alone", "names nobody", named("dns:hall.home")),
                of("a host name that is spelled as a holder", "names nobody", named("dns:" + uri)),
                of("two names and a host name", "several holders", named(uri, "dns:x", "spiffe://home/owner/anna")));
    }

    @ParameterizedTest
    @MethodSource({"cases", "hostNames"})
    void letsInOnlyWhoThisNetworksAuthorityNames(Case is) {
        expect(CertificateRules.judge(is.chain(), situation(true, null), ANY), is.reason());
    }

    @Test
    void refusesARoleThatIsWrongAtThisEnd() {
        X509Certificate[] owner = {TestCertificates.holder(HOME, OWNER, "anna", NOW, YEAR)};
        expect(CertificateRules.judge(owner, situation(true, null), EnumSet.of(UNIT, CLOUD)), "its role, owner");
    }

    @Test
    void refusesTheRevokedEvenAListedUnitThatHasExpired() {
        X509Certificate old = TestCertificates.holder(HOME, UNIT, "hall", NOW.minus(YEAR), MONTH);
        X509Certificate other = unit(HOME, "hall");
        CertificateRules.Situation by = situation(true, null, revoked(old));
        expect(CertificateRules.judge(new X509Certificate[] {old}, by, ANY), "its certificate was revoked");
        expect(CertificateRules.judge(new X509Certificate[] {other}, by, ANY), "");
    }

    @Test
    void refusesWhatANewAuthorityIssuedOnceTheVouchingForItIsRevoked() {
        X509Certificate vouched = Issuing.vouch(NEXT.certificate(), HOME);
        X509Certificate[] chain = {unit(NEXT, "hall"), vouched};
        expect(CertificateRules.judge(chain, situation(true, null, revoked(vouched)), ANY), "revoked");
    }

    /** @param warning a part of the warning; empty for none */
    private record Dates(
            String what,
            Role role,
            String name,
            int fromDays,
            int untilDays,
            boolean known,
            String reason,
            String warning) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Dates> dates() {
        return Stream.of(
                new Dates("expired, listed", UNIT, "hall", -100, -1, true, "", "expired on 2026-11-21"),
                new Dates("expired, not listed", UNIT, "attic", -100, -1, true, "expired on", ""),
                new Dates("expired owner", OWNER, "hall", -100, -1, true, "expired on", ""),
                new Dates("expired cloud", CLOUD, "hall", -100, -1, true, "expired on", ""),
                new Dates("expired longer ago than the setting", UNIT, "hall", -100, -20, true, "expired on", ""),
                new Dates("not yet valid, listed", UNIT, "hall", 2, 20, true, "", "not valid before"),
                new Dates("not yet valid, not listed", UNIT, "attic", 2, 20, true, "not valid before", ""),
                new Dates("not yet valid owner", OWNER, "hall", 2, 20, true, "not valid before", ""),
                new Dates("not yet valid, time unknown", OWNER, "anna", 2, 20, false, "", ""),
                new Dates("expired, time unknown", OWNER, "anna", -100, -1, false, "", ""),
                new Dates("expired before the build, time unknown", OWNER, "anna", -100, -70, false, "expired on", ""));
    }

    @ParameterizedTest
    @MethodSource("dates")
    void judgesDatesByWhoItIsAndWhatTheTimeIs(Dates is) {
        Instant from = NOW.plus(Duration.ofDays(is.fromDays()));
        X509Certificate certificate = TestCertificates.holder(
                HOME, is.role(), is.name(), from, Duration.ofDays(is.untilDays() - is.fromDays()));
        Verdict verdict = CertificateRules.judge(
                new X509Certificate[] {certificate}, situation(is.known(), Duration.ofDays(10)), ANY);
        expect(verdict, is.reason());
        if (verdict instanceof Verdict.Welcome welcome) {
            assertThat(welcome.warning().isEmpty()).isEqualTo(is.warning().isEmpty());
            assertThat(welcome.warning()).contains(is.warning());
        }
    }

    @Test
    void letsAListedUnitInForEverUnlessASettingSaysOtherwise() {
        X509Certificate ancient = TestCertificates.holder(HOME, UNIT, "hall", NOW.minus(YEAR), Duration.ofDays(1));
        expect(CertificateRules.judge(new X509Certificate[] {ancient}, situation(true, null), ANY), "");
    }

    private static void expect(Verdict verdict, String reason) {
        switch (verdict) {
            case Verdict.Welcome welcome ->
                assertThat(reason).as("welcome %s", welcome).isEmpty();
            case Verdict.Refused refused -> {
                assertThat(reason).as("refused, because %s", refused.reason()).isNotEmpty();
                assertThat(refused.reason()).contains(reason).doesNotContain("\n");
            }
        }
    }
}
