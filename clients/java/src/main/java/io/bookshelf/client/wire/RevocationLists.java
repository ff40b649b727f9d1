package io.bookshelf.client.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The newest revocation list of each authority that was ever seen: those in the files {@code *.crl} of a folder, and those
 * handed in, which are kept there as {@code AUTHORITY.crl} where the folder may be written. Thread-safe.
 */
final class RevocationLists {
    private static final int LONGEST = 262_144;
    private static final String CRL_NUMBER = "2.5.29.20";
    private static final int OCTETS = 4;
    private static final int INTEGER = 2;
    private static final int ID_BYTES = 8;

    private record Numbered(BigInteger number, X509CRL list) {}

    private final Path folder;
    private final Map<X509Certificate, Numbered> newest = new HashMap<>();

    RevocationLists(Path folder) {
        this.folder = folder;
    }

    /** The files of a folder that are called lists, in the order of their names; none if it cannot be read. */
    static List<Path> files(Path folder) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.crl")) {
            files.forEach(found::add);
        } catch (IOException | DirectoryIteratorException notNow) {
            // What is known stays.
        }
        found.sort(null);
        return found;
    }

    /** Reads the files; what is no list of one of these authorities is passed over. */
    void read(List<X509Certificate> authorities) {
        for (Path file : files(folder)) {
            try {
                if (Files.size(file) <= LONGEST) {
                    take(Files.readAllBytes(file), authorities);
                }
            } catch (IOException notNow) {
                // It is read when it has changed.
            }
        }
    }

    /**
     * Takes a list if it is signed by one of these authorities and newer than the one that is known.
     *
     * @return whether it was taken
     */
    boolean offer(byte[] der, List<X509Certificate> authorities) {
        X509Certificate authority = take(der, authorities);
        if (authority != null) {
            keep(authority, der);
        }
        return authority != null;
    }

    private synchronized @Nullable X509Certificate take(byte[] der, List<X509Certificate> authorities) {
        try {
            if (der.length > LONGEST
                    || !(CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der))
                            instanceof X509CRL list)
                    || list.hasUnsupportedCriticalExtension()) {
                return null;
            }
            X509Certificate authority = signer(list, authorities);
            BigInteger number = number(list.getExtensionValue(CRL_NUMBER));
            if (authority == null || number == null) {
                return null;
            }
            Numbered known = newest.get(authority);
            if (known != null && known.number().compareTo(number) >= 0) {
                return null;
            }
            newest.put(authority, new Numbered(number, list));
            return authority;
        } catch (GeneralSecurityException noList) {
            return null;
        }
    }

    private static @Nullable X509Certificate signer(X509CRL list, List<X509Certificate> authorities) {
        for (X509Certificate authority : authorities) {
            try {
                if (authority.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
                    list.verify(authority.getPublicKey());
                    return authority;
                }
            } catch (GeneralSecurityException e) {
                // Perhaps by the next.
            }
        }
        return null;
    }

    /** An INTEGER in an OCTET STRING; null for anything else. */
    private static @Nullable BigInteger number(byte @Nullable [] der) {
        if (der == null
                || der.length < 5
                || der[0] != OCTETS
                || der[1] != der.length - 2
                || der[2] != INTEGER
                || der[3] != der.length - 4) {
            return null;
        }
        return new BigInteger(Arrays.copyOfRange(der, 4, der.length));
    }

    /** Somebody who stole a unit does not hand out the list that puts it out: what was seen once counts after a restart, too. */
    private void keep(X509Certificate authority, byte[] der) {
        try {
            byte[] id = MessageDigest.getInstance("SHA-256")
                    .digest(authority.getPublicKey().getEncoded());
            Path fresh = Files.createTempFile(folder, ".crl", ".new");
            try {
                Files.write(fresh, der);
                Files.move(
                        fresh,
                        folder.resolve(HexFormat.of().formatHex(id, 0, ID_BYTES) + ".crl"),
                        StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException | GeneralSecurityException notWritable) {
            // It counts as long as this process runs.
        }
    }

    /** Has its authority taken this certificate back? */
    synchronized boolean revoke(X509Certificate certificate) {
        return newest.entrySet().stream()
                .anyMatch(each -> each.getValue().list().getRevokedCertificate(certificate.getSerialNumber()) != null
                        && isSigned(certificate, each.getKey()));
    }

    private static boolean isSigned(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException byAnother) {
            return false;
        }
    }
}
