package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Certificates without folders, good ones and such as no authority of ours would issue. */
final class TestCertificates {
    private TestCertificates() {}

    static Authority authority(String network, Instant now) {
        KeyPair pair = Keys.generate();
        return new Authority(network, Issuing.authority(pair, network, now), pair.getPrivate());
    }

    static X509Certificate holder(Authority by, Role role, String name, Instant from, Duration life) {
        PeerIdentity who = new PeerIdentity(by.network(), role, name);
        return Issuing.holder(by, Keys.generate().getPublic(), who, HostNames.NONE, from, life);
    }

    /** Signed by that key in that name (null for its own), for these URIs; one that begins with dns: is a host name. */
    static X509Certificate raw(
            @Nullable X500Principal issuer, PrivateKey by, PublicKey key, Instant from, Duration life, String... uris)
            throws Exception {
        X500Name subject = new X500Name("CN=somebody");
        var builder = new JcaX509v3CertificateBuilder(
                issuer == null ? subject : X500Name.getInstance(issuer.getEncoded()),
                BigInteger.valueOf(77),
                Date.from(from),
                Date.from(from.plus(life)),
                subject,
                key);
        if (uris.length > 0) {
            GeneralName[] names = Arrays.stream(uris)
                    .map(uri -> uri.startsWith("dns:")
                            ? new GeneralName(GeneralName.dNSName, uri.substring(4))
                            : new GeneralName(GeneralName.uniformResourceIdentifier, uri))
                    .toArray(GeneralName[]::new);
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        }
        String algorithm = by.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(algorithm).build(by)));
    }
}
