package io.bookshelf.cli.pki;

import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.CertificateFile;
import io.bookshelf.pki.Renewal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a new key and certificate in the place of those in a folder. */
@Command(
        name = "renew",
        description =
                "Put a new key and certificate for the same holder in the place of the old, with the same names and addresses"
                        + " unless others are given; a running unit takes them up.",
        footer = {
            "",
            "Examples: bookshelf pki renew hall --dir authority",
            "          bookshelf pki renew hall --signer 192.168.1.2:8884"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RenewCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FOLDER", description = "Where ca.pem, cert.pem and key.pem are.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path folder;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private By by;

    @Option(
            names = "--days",
            paramLabel = "N",
            description = "How long it is good for, with --dir (default: " + DaysOption.DEFAULT + ").")
    private @Nullable Integer days;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private HostOptions hosts;

    /** Who signs. */
    static final class By {
        @Option(names = "--dir", required = true, paramLabel = "DIR", description = "The authority's folder.")
        private @Nullable Path dir;

        @Option(
                names = "--signer",
                required = true,
                paramLabel = "HOST:PORT",
                description = "Where bookshelf pki serve listens; the folder must be a unit's.")
        private @Nullable String signer;
    }

    @Override
    public Integer call() throws InterruptedException {
        if (by.dir != null) {
            AuthorityFolder.open(by.dir, InstantSource.system())
                    .renew(
                            folder,
                            hosts.given() ? hosts.hosts() : null,
                            days == null ? Integer.parseInt(DaysOption.DEFAULT) : days);
        } else if (by.signer != null) {
            if (days != null) {
                throw new ParameterException(spec.commandLine(), "--days goes with --dir: a signer decides by itself");
            }
            if (hosts.given()) {
                throw new ParameterException(
                        spec.commandLine(), "--name and --address go with --dir: a signer keeps those that there are");
            }
            Renewal.now(folder, by.signer);
        }
        new Description(spec.commandLine().getOut(), InstantSource.system().instant())
                .certificate(CertificateFile.read(folder.resolve("cert.pem")).getFirst());
        return 0;
    }
}
