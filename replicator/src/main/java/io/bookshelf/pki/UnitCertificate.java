package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How it stands with a unit's certificate folder, looked at from outside the unit. Looking changes nothing.
 *
 * @param who whom the certificate is for
 * @param until when it ends
 * @param refused why other units of the network would not let it in at this moment, as the rest of a sentence; empty if they
 *     would
 * @param key the file of its private key
 * @param keyIsOpen true if others than its owner may read that file
 * @param brokenLists revocation lists that this unit has kept and that cannot be used
 */
public record UnitCertificate(
        PeerIdentity who, Instant until, String refused, Path key, boolean keyIsOpen, List<Path> brokenLists) {
    /**
     * Looks at a folder.
     *
     * @param folder holds {@code ca.pem}, {@code cert.pem} and {@code key.pem}
     * @param lists where the unit keeps revocation lists
     * @throws PkiException if something in the folder is missing, damaged, or does not fit
     */
    public static UnitCertificate of(Path folder, Path lists, Instant now) {
        Bundle bundle = new Bundle(folder);
        Bundle.Contents contents = bundle.load();
        List<Path> broken = new ArrayList<>();
        Map<String, RevocationList> kept =
                new KeptLists(lists).load(contents.authorities(), (file, why) -> broken.add(file));
        List<X509Certificate> chain = contents.credentials().chain();
        Verdict verdict = CertificateRules.judge(
                chain.toArray(X509Certificate[]::new),
                new CertificateRules.Situation(contents.authorities(), kept, now, true, now, unit -> true, null),
                Set.of(Role.UNIT));
        String refused =
                switch (verdict) {
                    case Verdict.Refused not -> not.reason();
                    case Verdict.Welcome welcome -> "";
                };
        return new UnitCertificate(
                contents.who(),
                contents.credentials().certificate().getNotAfter().toInstant(),
                refused,
                bundle.key(),
                SafeFiles.isReadByOthers(bundle.key()),
                broken);
    }

    /** Makes the key its owner's alone. */
    public void closeKey() {
        try {
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new PkiException("cannot change the rights of " + key + ": " + SafeFiles.reason(e), e);
        }
    }
}
