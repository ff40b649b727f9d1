package io.bookshelf.client.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A folder as {@code bookshelf pki issue} makes it: {@code ca.pem}, {@code cert.pem}, {@code key.pem} (PKCS #8). Whoever
 * answers must have a certificate of the same network, issued to a unit; its host name plays no part.
 */
public final class PkiFolder {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern IDENTITY = Pattern.compile("spiffe://([^/]+)/(unit|owner|cloud)/([^/]+)");
    private static final int URI_NAME = 6;

    private final KeyManagerFactory keys;
    private final TrustManagerFactory trusted;
    private final String network;

    private PkiFolder(KeyManagerFactory keys, TrustManagerFactory trusted, String network) {
        this.keys = keys;
        this.trusted = trusted;
        this.network = network;
    }

    /**
     * Reads the folder.
     *
     * @throws IllegalArgumentException with a sentence if a file is missing, unreadable, or does not fit the others
     */
    public static PkiFolder read(Path folder) {
        List<X509Certificate> chain = certificates(folder.resolve("cert.pem"));
        List<X509Certificate> authorities = certificates(folder.resolve("ca.pem"));
        String network = part(chain.getFirst(), 1);
        if (network == null) {
            throw new IllegalArgumentException(
                    folder.resolve("cert.pem") + " is no certificate of a Bookshelf network");
        }
        try {
            return new PkiFolder(keys(folder, chain), trusted(authorities), network);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "the certificate and the key in " + folder + " cannot be used together: " + e.getMessage(), e);
        }
    }

    KeyManagerFactory keys() {
        return keys;
    }

    TrustManagerFactory trusted() {
        return trusted;
    }

    /** In place of the check of a host name: is whoever answers a unit of this network? */
    boolean isUnit(SSLSession session) {
        try {
            return session.getPeerCertificates()[0] instanceof X509Certificate shown
                    && network.equals(part(shown, 1))
                    && "unit".equals(part(shown, 2));
        } catch (SSLPeerUnverifiedException e) {
            return false;
        }
    }

    private static @Nullable String part(X509Certificate certificate, int group) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer kind && kind == URI_NAME) {
                    Matcher identity = IDENTITY.matcher(String.valueOf(name.get(1)));
                    return identity.matches() ? identity.group(group) : null;
                }
            }
        } catch (GeneralSecurityException e) {
            return null;
        }
        return null;
    }

    private static KeyManagerFactory keys(Path folder, List<X509Certificate> chain)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        PrivateKey key = key(folder.resolve("key.pem"), chain.getFirst());
        store.setKeyEntry("own", key, new char[0], chain.toArray(Certificate[]::new));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory;
    }

    /** During a renewal the file holds two keys: the one that fits the certificate counts. */
    private static PrivateKey key(Path file, X509Certificate certificate) throws GeneralSecurityException {
        Matcher blocks = KEY.matcher(new String(bytes(file), StandardCharsets.US_ASCII));
        String algorithm = certificate.getPublicKey().getAlgorithm();
        List<PrivateKey> found = new ArrayList<>();
        while (blocks.find()) {
            byte[] encoded = Base64.getMimeDecoder().decode(blocks.group(1));
            found.add(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded)));
        }
        for (PrivateKey each : found) {
            if (KeyPairs.fit(each, certificate.getPublicKey())) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                found.isEmpty()
                        ? file + " holds no private key (PKCS #8, PEM)"
                        : "the key in " + file + " is not that of the certificate beside it");
    }

    private static TrustManagerFactory trusted(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = empty();
        for (int i = 0; i < authorities.size(); i++) {
            store.setCertificateEntry("authority-" + i, authorities.get(i));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static List<X509Certificate> certificates(Path file) {
        try {
            List<X509Certificate> all = new ArrayList<>();
            for (Certificate each : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(bytes(file)))) {
                all.add((X509Certificate) each);
            }
            if (!all.isEmpty()) {
                return all;
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(file + " cannot be read as certificates in PEM: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(file + " holds no certificate (PEM)");
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    "there is no " + file + ": name a folder made by \"bookshelf pki issue\"", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
