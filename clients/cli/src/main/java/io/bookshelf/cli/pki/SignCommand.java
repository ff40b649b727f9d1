package io.bookshelf.cli.pki;

import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.CertificateFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Signs a request. */
@Command(
        name = "sign",
        description = "Sign a request for a certificate. Make sure that it is from whom it names.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SignCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The authority's folder.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path dir;

    @Option(
            names = "--request",
            required = true,
            paramLabel = "FILE",
            description = "What bookshelf pki request has made.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path request;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "Where to write the certificate.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path out;

    @Option(
            names = "--days",
            defaultValue = IssueCommand.DAYS,
            paramLabel = "N",
            description = "How long it is good for (default: " + IssueCommand.DAYS + ").")
    private int days;

    @Override
    public Integer call() throws IOException {
        CertificateFile.refuseExisting(out);
        List<X509Certificate> chain = AuthorityFolder.open(dir, InstantSource.system())
                .sign(Files.readAllBytes(request), days, request.toString());
        CertificateFile.write(out, chain);
        PrintWriter to = spec.commandLine().getOut();
        new Description(to, InstantSource.system().instant()).certificate(chain.getFirst());
        to.println("written: " + out + ": it goes back as cert.pem, together with " + dir.resolve("ca.pem"));
        return 0;
    }
}
