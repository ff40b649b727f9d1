package io.bookshelf.pki;

import static io.bookshelf.broker.peer.PeerIdentity.Role.UNIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What somebody without a certificate of this network can make a unit compute. */
final class ChainCostTest {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Authority HOME = TestCertificates.authority("home", NOW.minus(YEAR));
    private static final Authority STRANGER = TestCertificates.authority("home", NOW.minus(YEAR));

    private final List<PublicKey> verifiedWith = new ArrayList<>();

    private X509Certificate counted(X509Certificate certificate) {
        return new CountedCertificate(certificate, verifiedWith);
    }

    private static Verdict judge(Stream<X509Certificate> chain) {
        return CertificateRules.judge(
                chain.toArray(X509Certificate[]::new),
                new CertificateRules.Situation(
                        Authorities.of(List.of(HOME.certificate()), "test"),
                        Map.of(),
                        NOW,
                        true,
                        NOW,
                        id -> true,
                        null),
                EnumSet.allOf(Role.class));
    }

    private static String refusal(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Refused refused -> refused.reason();
            case Verdict.Welcome welcome -> throw new AssertionError("let in: " + welcome);
        };
    }

    @Test
    void verifiesNothingWithAKeyForWhichNoAuthorityVouches() {
        X509Certificate leaf = counted(TestCertificates.holder(STRANGER, UNIT, "hall", NOW, YEAR));
        Stream<X509Certificate> between = IntStream.range(0, 7).mapToObj(i -> counted(STRANGER.certificate()));

        refusal(judge(Stream.concat(Stream.of(leaf), between)));

        assertThat(verifiedWith)
                .allMatch(key -> key.equals(HOME.certificate().getPublicKey()))
                .hasSizeLessThanOrEqualTo(8);
    }

    @Test
    void looksAtNoChainThatIsTooLong() {
        X509Certificate leaf = counted(TestCertificates.holder(HOME, UNIT, "hall", NOW, YEAR));
        Stream<X509Certificate> more = IntStream.range(0, 8).mapToObj(i -> counted(HOME.certificate()));

        assertThat(refusal(judge(Stream.concat(Stream.of(leaf), more)))).contains("9 certificates, more than 8");
        assertThat(verifiedWith).isEmpty();
        assertThat(Authorities.of(List.of(HOME.certificate()), "test")
                        .issuer(Stream.generate(() -> leaf).limit(9).toArray(X509Certificate[]::new)))
                .isNull();
    }

    @Test
    void refusesKeysThatAreCostlyToVerifyWith() throws Exception {
        BigInteger large = BigInteger.ONE.shiftLeft(16_383).add(BigInteger.ONE);
        BigInteger usual = BigInteger.ONE.shiftLeft(2_047).add(BigInteger.ONE);
        assertThat(Keys.weakness(rsa(large, BigInteger.valueOf(65_537)))).contains("16384 bits, more than");
        assertThat(Keys.weakness(rsa(usual, BigInteger.ONE.shiftLeft(63).add(BigInteger.ONE))))
                .isEmpty();
        assertThat(Keys.weakness(rsa(usual, BigInteger.ONE.shiftLeft(64).add(BigInteger.ONE))))
                .contains("exponent");
    }

    private static PublicKey rsa(BigInteger modulus, BigInteger exponent) throws Exception {
        // The JDK makes no key with a large modulus and a large exponent, so one bound at a time.
        return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
    }
}
