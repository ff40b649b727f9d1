package io.bookshelf.cli.pki;

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
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Signs a request. */
@Command(
        name = "sign",
        description = "Sign a request for a certificate. Make sure that it is from whom it names.",
        footer = {"", "Example: bookshelf pki sign --dir authority --request hall/request.pem --out hall.pem"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SignCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private AuthorityOption authority;

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

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private DaysOption days;

    @Override
    public Integer call() throws IOException {
        CertificateFile.refuseExisting(out);
        List<X509Certificate> chain =
                authority.open().sign(Files.readAllBytes(request), days.days(), request.toString());
        CertificateFile.write(out, chain);
        PrintWriter to = spec.commandLine().getOut();
        new Description(to, InstantSource.system().instant()).certificate(chain.getFirst());
        to.println("written: " + out + ": it goes back as cert.pem, together with "
                + authority.dir().resolve("ca.pem"));
        return 0;
    }
}
