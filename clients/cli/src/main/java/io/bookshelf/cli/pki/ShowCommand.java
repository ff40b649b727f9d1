package io.bookshelf.cli.pki;

import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.Bundle;
import io.bookshelf.pki.CertificateFile;
import io.bookshelf.pki.RevocationList;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows an authority, the folder of a holder, or a certificate. */
@Command(
        name = "show",
        description = "Show an authority and what it has issued, the folder of a unit, or a certificate.",
        footer = {"", "Examples: bookshelf pki show authority", "          bookshelf pki show hall --dir authority"},
        mixinStandardHelpOptions = true)
final class ShowCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "PATH", description = "A folder, or a file of certificates.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path path;

    @Option(names = "--dir", paramLabel = "DIR", description = "The authority's folder, which knows what was revoked.")
    private @Nullable Path dir;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Description words = new Description(out, InstantSource.system().instant());
        Path certificate = new Bundle(path).certificate();
        if (!Files.isDirectory(path)) {
            holder(words, CertificateFile.read(path).getFirst());
        } else if (Files.exists(certificate)) {
            holder(words, CertificateFile.read(certificate).getFirst());
        } else {
            authority(words, AuthorityFolder.open(path, InstantSource.system()));
        }
        return 0;
    }

    private void holder(Description words, X509Certificate certificate) {
        words.certificate(certificate);
        words.line(
                "revoked",
                dir == null
                        ? "not known here; name the authority's folder with --dir"
                        : AuthorityFolder.open(dir, InstantSource.system()).isRevoked(certificate) ? "yes" : "no");
    }

    private void authority(Description words, AuthorityFolder folder) {
        words.line("network", folder.network());
        List<X509Certificate> certificates = folder.certificates();
        List<RevocationList> lists = folder.lists();
        for (X509Certificate certificate : certificates) {
            String id = CertificateFile.authorityId(certificate);
            long number = lists.stream()
                    .filter(list -> list.authority().equals(id))
                    .mapToLong(RevocationList::number)
                    .findFirst()
                    .orElse(0);
            words.line(
                    "authority",
                    id + (certificate == certificates.getFirst() ? " (current)" : " (older)") + ", good until "
                            + certificate.getNotAfter().toInstant() + ", "
                            + (number == 0 ? "no revocation list" : "revocation list " + number));
            words.line("fingerprint", "SHA-256 " + CertificateFile.fingerprint(certificate));
        }
        folder.issued().forEach(words::issued);
    }
}
