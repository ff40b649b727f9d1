package io.bookshelf.pki;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.jspecify.annotations.Nullable;

/** What an authority has taken back, all of it: a signed list with a number. The highest number counts. Immutable. */
public final class RevocationList {
    /** What the keys of all lists begin with. */
    public static final String KEYS = "bookshelf/crl/";

    /** Longest list that is looked at: what fits into a value. */
    public static final int LONGEST = 262_144;

    private static final long GREATEST_NUMBER = 1L << 53;

    private final String authority;
    private final long number;
    private final Map<BigInteger, Instant> revoked;
    private final byte[] der;

    private RevocationList(String authority, long number, Map<BigInteger, Instant> revoked, byte[] der) {
        this.authority = authority;
        this.number = number;
        this.revoked = revoked;
        this.der = der;
    }

    /**
     * Reads a list and checks its signature.
     *
     * @throws PkiException if it is no list of one of these authorities
     */
    static RevocationList verified(byte[] der, Authorities authorities) {
        if (der.length > LONGEST) {
            throw new PkiException("it is longer than " + LONGEST + " bytes");
        }
        try {
            if (!(CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der))
                    instanceof X509CRL crl)) {
                throw new PkiException("it is no revocation list");
            }
            X509Certificate signer = signer(crl, authorities);
            if (signer == null) {
                throw new PkiException("it is not signed by an authority of this network");
            }
            if (crl.hasUnsupportedCriticalExtension()) {
                throw new PkiException("it asks for something that is not known here");
            }
            return new RevocationList(Keys.shortId(signer.getPublicKey()), number(crl), entries(crl), crl.getEncoded());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new PkiException("it is no revocation list: " + e.getMessage(), e);
        }
    }

    private static @Nullable X509Certificate signer(X509CRL crl, Authorities authorities) {
        for (X509Certificate authority : authorities.certificates()) {
            if (authority.getSubjectX500Principal().equals(crl.getIssuerX500Principal())) {
                try {
                    crl.verify(authority.getPublicKey());
                    return authority;
                } catch (GeneralSecurityException e) {
                    // Perhaps by the next.
                }
            }
        }
        return null;
    }

    private static long number(X509CRL crl) {
        byte[] extension = crl.getExtensionValue(Extension.cRLNumber.getId());
        if (extension == null) {
            throw new PkiException("it has no number");
        }
        BigInteger number = ASN1Integer.getInstance(
                        ASN1OctetString.getInstance(extension).getOctets())
                .getValue();
        if (number.signum() <= 0 || number.compareTo(BigInteger.valueOf(GREATEST_NUMBER)) > 0) {
            throw new PkiException("its number is " + number);
        }
        return number.longValueExact();
    }

    private static Map<BigInteger, Instant> entries(X509CRL crl) {
        Map<BigInteger, Instant> entries = new TreeMap<>();
        Set<? extends X509CRLEntry> listed = crl.getRevokedCertificates();
        if (listed != null) {
            listed.forEach(entry -> entries.put(
                    entry.getSerialNumber(), entry.getRevocationDate().toInstant()));
        }
        return entries;
    }

    /** The id of the authority whose certificates are in it. */
    public String authority() {
        return authority;
    }

    /** Greater than that of the list before. */
    public long number() {
        return number;
    }

    /** The key of state under which it travels; never written twice with different values. */
    public String key() {
        return KEYS + authority + "/" + number;
    }

    /** The value of that key. */
    public byte[] der() {
        return der.clone();
    }

    /** A number for all that some lists say, in any order; 0 if that is nothing. */
    static long numberOf(Collection<RevocationList> lists) {
        TreeSet<String> all = new TreeSet<>();
        lists.forEach(list -> list.revoked.keySet().forEach(serial -> all.add(list.authority + "/" + serial)));
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            all.forEach(each -> digest.update((each + "\n").getBytes(StandardCharsets.US_ASCII)));
            return all.isEmpty() ? 0 : ByteBuffer.wrap(digest.digest()).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    boolean revokes(X509Certificate certificate) {
        return revokes(certificate.getSerialNumber());
    }

    boolean revokes(BigInteger serial) {
        return revoked.containsKey(serial);
    }

    /** Serial numbers, and since when. */
    Map<BigInteger, Instant> revoked() {
        return new TreeMap<>(revoked);
    }
}
