package io.bookshelf.pki;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.bookshelf.broker.peer.PeerIdentity;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of the folder that holds a network's authority:
 *
 * <pre>
 * ca.pem                        who is trusted, the current authority first
 * lock                          held while something is issued
 * authority-ID/key.pem          its key
 * authority-ID/cert.pem         its own certificate
 * authority-ID/vouched.pem      by which older authorities vouch for it
 * authority-ID/issued           a line for each certificate: serial number, holder, from, until
 * authority-ID/crl-NUMBER.der   its revocation lists
 * </pre>
 */
final class AuthorityFiles {
    private static final Pattern LIST = Pattern.compile("crl-(\\d{1,15})\\.der");

    private final Path folder;

    AuthorityFiles(Path folder) {
        this.folder = folder;
    }

    Path trusted() {
        return folder.resolve("ca.pem");
    }

    Path lock() {
        return folder.resolve("lock");
    }

    Path of(String id) {
        return folder.resolve("authority-" + id);
    }

    Path key(String id) {
        return of(id).resolve("key.pem");
    }

    Path list(String id, long number) {
        return of(id).resolve("crl-" + number + ".der");
    }

    Authorities authorities() {
        if (!Files.exists(trusted())) {
            throw new PkiException(
                    "there is no authority in " + folder + ": make one with bookshelf pki init, or name its folder");
        }
        return Authorities.of(
                Pem.certificates(SafeFiles.read(trusted()), trusted().toString()),
                trusted().toString());
    }

    /** An authority and its key. */
    Authority authority(X509Certificate certificate, String network) {
        Path file = key(Keys.shortId(certificate.getPublicKey()));
        PrivateKey key = Pem.keys(SafeFiles.read(file), file.toString()).getFirst();
        if (!Keys.match(key, certificate.getPublicKey())) {
            throw new PkiException(file + " is not the key of its authority: put the right one back");
        }
        return new Authority(network, certificate, key);
    }

    void add(Authority authority, List<X509Certificate> vouched) {
        SafeFiles.makePrivateFolder(of(authority.id()));
        SafeFiles.writePrivate(key(authority.id()), Pem.keys(List.of(authority.key())));
        SafeFiles.writePublic(
                of(authority.id()).resolve("cert.pem"), Pem.certificates(List.of(authority.certificate())));
        if (!vouched.isEmpty()) {
            SafeFiles.writePublic(of(authority.id()).resolve("vouched.pem"), Pem.certificates(vouched));
        }
    }

    List<X509Certificate> vouched(String id) {
        Path file = of(id).resolve("vouched.pem");
        return Files.exists(file) ? Pem.certificates(SafeFiles.read(file), file.toString()) : List.of();
    }

    void trust(List<X509Certificate> authorities) {
        SafeFiles.writePublic(trusted(), Pem.certificates(authorities));
    }

    /** The newest list of an authority; null if it has revoked nothing yet. */
    @Nullable
    RevocationList newest(String id, Authorities authorities) {
        long number = 0;
        if (!Files.isDirectory(of(id))) {
            return null;
        }
        try (Stream<Path> files = Files.list(of(id))) {
            for (Path file : files.toList()) {
                Matcher name = LIST.matcher(file.getFileName().toString());
                if (name.matches()) {
                    number = Math.max(number, Long.parseLong(name.group(1)));
                }
            }
        } catch (IOException e) {
            throw new PkiException("cannot read " + of(id) + ": " + SafeFiles.reason(e), e);
        }
        if (number == 0) {
            return null;
        }
        Path file = list(id, number);
        try {
            return RevocationList.verified(SafeFiles.read(file), authorities);
        } catch (PkiException e) {
            throw new PkiException(file + " is damaged, put it back from a copy: " + e.getMessage(), e);
        }
    }

    void note(String id, X509Certificate certificate, PeerIdentity who) {
        Path file = of(id).resolve("issued");
        byte[] before = Files.exists(file) ? SafeFiles.read(file) : new byte[0];
        String line = certificate.getSerialNumber().toString(16)
                + ' '
                + who.uri()
                + ' '
                + certificate.getNotBefore().toInstant()
                + ' '
                + certificate.getNotAfter().toInstant()
                + '\n';
        SafeFiles.writePrivate(file, Pem.join(List.of(before, line.getBytes(US_ASCII))));
    }

    List<Issued> issued(String id, @Nullable RevocationList list) {
        Path file = of(id).resolve("issued");
        if (!Files.exists(file)) {
            return List.of();
        }
        List<Issued> issued = new ArrayList<>();
        for (String line : new String(SafeFiles.read(file), US_ASCII).lines().toList()) {
            String[] part = line.split(" ", -1);
            try {
                BigInteger serial = new BigInteger(part[0], 16);
                boolean revoked = list != null && list.revoked().containsKey(serial);
                issued.add(new Issued(
                        id, serial, Names.strict(part[1]), Instant.parse(part[2]), Instant.parse(part[3]), revoked));
            } catch (RuntimeException e) {
                throw new PkiException(file + " has a line that is not as it was written: " + Names.printable(line), e);
            }
        }
        return issued;
    }
}
