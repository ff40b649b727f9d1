package io.bookshelf.pki;

import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Certificates in files, for people to look at. */
public final class CertificateFile {
    private CertificateFile() {}

    /**
     * The certificates in a PEM file, in their order.
     *
     * @throws PkiException if it cannot be read or has none
     */
    public static List<X509Certificate> read(Path file) {
        return Pem.certificates(SafeFiles.read(file), file.toString());
    }

    /**
     * Writes certificates.
     *
     * @throws PkiException if there is a file already, or it cannot be written
     */
    public static void write(Path file, List<X509Certificate> certificates) {
        SafeFiles.refuseExisting(List.of(file));
        SafeFiles.writePublic(file, Pem.certificates(certificates));
    }

    /**
     * Makes sure that nothing is in the way.
     *
     * @throws PkiException if there is a file already
     */
    public static void refuseExisting(Path file) {
        SafeFiles.refuseExisting(List.of(file));
    }

    /** Whom it names, by URI; what it names instead if that is nobody in a network. */
    public static String holder(X509Certificate certificate) {
        List<String> uris = Names.uris(certificate);
        return uris.isEmpty() ? "nobody" : Names.printable(String.join(" and ", uris));
    }

    /** The id of an authority, from its own certificate. */
    public static String authorityId(X509Certificate authority) {
        return Keys.shortId(authority.getPublicKey());
    }

    /** SHA-256, as OpenSSL and browsers show it. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.ofDelimiter(":")
                    .formatHex(Keys.sha256(certificate.getEncoded()))
                    .toUpperCase(Locale.ROOT);
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }
}
