package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** Makes what is signed: certificates, revocation lists, requests. */
final class Issuing {
    /** Longer than a unit lives; an authority is rolled over, not renewed. */
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(30 * 365L);

    /** Clocks in a network differ a little; a certificate is good at once on all of them. */
    private static final Duration EARLIER = Duration.ofMinutes(5);

    private static final int SERIAL_BITS = 126;
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final SecureRandom RANDOM = new SecureRandom();

    private Issuing() {}

    /** The own certificate of a new authority. */
    static X509Certificate authority(KeyPair pair, String network, Instant now) {
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, network)
                .addRDN(BCStyle.CN, "Bookshelf authority " + Keys.shortId(pair.getPublic()))
                .build();
        Date from = Date.from(now.minus(EARLIER));
        var builder = new JcaX509v3CertificateBuilder(
                name, serial(), from, Date.from(now.plus(AUTHORITY_LIFE)), name, pair.getPublic());
        return authority(builder, pair.getPublic(), pair.getPublic(), network, 1, pair.getPrivate());
    }

    /** By which an older authority vouches for a newer one, towards those that know only the older. */
    static X509Certificate vouch(X509Certificate newer, Authority older) {
        var builder = new JcaX509v3CertificateBuilder(
                older.certificate().getSubjectX500Principal(),
                serial(),
                newer.getNotBefore(),
                older.certificate().getNotAfter(),
                newer.getSubjectX500Principal(),
                newer.getPublicKey());
        return authority(
                builder, newer.getPublicKey(), older.certificate().getPublicKey(), older.network(), 0, older.key());
    }

    private static X509Certificate authority(
            X509v3CertificateBuilder builder, PublicKey of, PublicKey by, String network, int below, PrivateKey key) {
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(Extension.subjectAlternativeName, false, uri(Names.SCHEME + network));
            return finish(builder, of, by, key);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A certificate of somebody in the network; never good for longer than its authority.
     *
     * @param hosts by what browsers reach it, besides who it is
     */
    static X509Certificate holder(
            Authority by, PublicKey key, PeerIdentity who, HostNames hosts, Instant now, Duration life) {
        Date authorityFrom = by.certificate().getNotBefore();
        Date authorityUntil = by.certificate().getNotAfter();
        Date from = Date.from(now.minus(EARLIER));
        Date until = Date.from(now.plus(life));
        var builder = new JcaX509v3CertificateBuilder(
                X500Name.getInstance(by.certificate().getSubjectX500Principal().getEncoded()),
                serial(),
                from.before(authorityFrom) ? authorityFrom : from,
                until.after(authorityUntil) ? authorityUntil : until,
                subject(who),
                key);
        KeyPurposeId[] purposes = who.role() == Role.OWNER
                ? new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth}
                : new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth};
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purposes));
            builder.addExtension(Extension.subjectAlternativeName, false, names(who, hosts));
            return finish(builder, key, by.certificate().getPublicKey(), by.key());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static X509Certificate finish(X509v3CertificateBuilder builder, PublicKey of, PublicKey by, PrivateKey key)
            throws IOException {
        builder.addExtension(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(Keys.id(of)));
        builder.addExtension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(Keys.id(by)));
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A revocation list, as DER. */
    static byte[] list(Authority by, long number, Map<BigInteger, Instant> revoked, Instant now) {
        var builder = new JcaX509v2CRLBuilder(by.certificate(), Date.from(now));
        builder.setNextUpdate(by.certificate().getNotAfter());
        revoked.forEach((serial, since) -> builder.addCRLEntry(serial, Date.from(since), CRLReason.unspecified));
        try {
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new AuthorityKeyIdentifier(Keys.id(by.certificate().getPublicKey())));
            return builder.build(new JcaContentSignerBuilder(SIGNATURE).build(by.key()))
                    .getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A request for a certificate (PKCS #10), as DER. */
    static byte[] request(KeyPair pair, PeerIdentity who, HostNames hosts) {
        try {
            Extensions wanted = new Extensions(new Extension(
                    Extension.subjectAlternativeName, false, names(who, hosts).getEncoded()));
            return new JcaPKCS10CertificationRequestBuilder(subject(who), pair.getPublic())
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, wanted)
                    .build(new JcaContentSignerBuilder(SIGNATURE).build(pair.getPrivate()))
                    .getEncoded();
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** For people who look at it; nothing believes it. */
    private static X500Name subject(PeerIdentity who) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, who.network())
                .addRDN(BCStyle.OU, who.role().name().toLowerCase(Locale.ROOT))
                .addRDN(BCStyle.CN, who.name())
                .build();
    }

    private static GeneralNames names(PeerIdentity who, HostNames hosts) {
        List<GeneralName> all = new ArrayList<>();
        all.add(new GeneralName(GeneralName.uniformResourceIdentifier, who.uri()));
        all.addAll(hosts.general());
        return new GeneralNames(all.toArray(GeneralName[]::new));
    }

    private static GeneralNames uri(String uri) {
        return new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    private static BigInteger serial() {
        return new BigInteger(SERIAL_BITS, RANDOM).setBit(SERIAL_BITS);
    }
}
