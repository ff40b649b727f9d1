package io.bookshelf.client.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
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
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * A folder as {@code bookshelf pki issue} makes it: {@code ca.pem}, {@code cert.pem}, {@code key.pem} (PKCS #8). Whoever
 * answers must have a certificate of the same network, issued to a unit, that no revocation list names; its host name plays no
 * part. The files are read again when they have changed, so that a renewal needs no restart; as long as they cannot be used
 * together, what was read before counts. Revocation lists are the files {@code *.crl} beside them (DER, as {@code bookshelf
 * pki revoke} writes them), and what is seen of them in the state, which is kept there. Thread-safe.
 */
public final class PkiFolder {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final Pattern IDENTITY = Pattern.compile("spiffe://([^/]+)/(unit|owner|cloud)/([^/]+)");
    private static final int URI_NAME = 6;

    private final Path folder;
    private final RevocationLists lists;
    private List<FileStamp> seen;
    private volatile Contents contents;

    private record Contents(
            KeyManagerFactory keys, TrustManagerFactory trusted, List<X509Certificate> authorities, String network) {}

    /** By what a change of a file is noticed. */
    private record FileStamp(
            Path file,
            @Nullable FileTime modified,
            long size,
            @Nullable Object fileKey) {
        static FileStamp of(Path file) {
            try {
                BasicFileAttributes is = Files.readAttributes(file, BasicFileAttributes.class);
                return new FileStamp(file, is.lastModifiedTime(), is.size(), is.fileKey());
            } catch (IOException e) {
                return new FileStamp(file, null, 0, null);
            }
        }
    }

    private PkiFolder(Path folder) {
        this.folder = folder;
        this.lists = new RevocationLists(folder);
        this.seen = stamps(folder);
        this.contents = load(folder);
        lists.read(contents.authorities());
    }

    /**
     * Reads the folder.
     *
     * @throws IllegalArgumentException with a sentence if a file is missing, unreadable, or does not fit the others
     */
    public static PkiFolder read(Path folder) {
        return new PkiFolder(folder);
    }

    private static Contents load(Path folder) {
        List<X509Certificate> chain = certificates(folder.resolve("cert.pem"));
        List<X509Certificate> authorities = certificates(folder.resolve("ca.pem"));
        String network = part(chain.getFirst(), 1);
        if (network == null) {
            throw new IllegalArgumentException(
                    folder.resolve("cert.pem") + " is no certificate of a Bookshelf network");
        }
        try {
            return new Contents(keys(folder, chain), trusted(authorities), authorities, network);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "the certificate and the key in " + folder + " cannot be used together: " + e.getMessage(), e);
        }
    }

    private static List<FileStamp> stamps(Path folder) {
        List<FileStamp> stamps = new ArrayList<>();
        for (String file : List.of("ca.pem", "cert.pem", "key.pem")) {
            stamps.add(FileStamp.of(folder.resolve(file)));
        }
        RevocationLists.files(folder).forEach(file -> stamps.add(FileStamp.of(file)));
        return stamps;
    }

    /** Reads the files again if they have changed. */
    public synchronized void refresh() {
        List<FileStamp> now = stamps(folder);
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            contents = load(folder);
        } catch (IllegalArgumentException inTheMiddleOfARenewal) {
            // Its other file will be noticed, too.
        }
        lists.read(contents.authorities());
    }

    /**
     * Hands in a revocation list, from wherever it comes.
     *
     * @return whether it counts now and did not before: an authority that is trusted has signed it, and its number is the
     *     highest so far
     */
    public boolean offer(byte[] der) {
        return lists.offer(der, contents.authorities());
    }

    KeyManagerFactory keys() {
        return contents.keys();
    }

    TrustManagerFactory trusted() {
        return contents.trusted();
    }

    /** Why whoever shows this may not be spoken to; null for nothing. Who signed it is the concern of {@link #trusted}. */
    @Nullable
    String problemWith(X509Certificate shown) {
        if (!contents.network().equals(part(shown, 1)) || !"unit".equals(part(shown, 2))) {
            return "its certificate is not that of a unit of this network";
        }
        return lists.revoke(shown) ? "its certificate was revoked" : null;
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
