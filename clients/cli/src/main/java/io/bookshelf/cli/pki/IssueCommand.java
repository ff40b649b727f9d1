package io.bookshelf.cli.pki;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Makes a key and a certificate for somebody. */
@Command(
        name = "issue",
        description = "Make a key and a certificate: ca.pem, cert.pem, key.pem, and a .p12 for phones.",
        footer = {
            "",
            "Examples: bookshelf pki issue --dir authority --unit hall --out hall --name hall.home",
            "          bookshelf pki issue --dir authority --owner anna --out anna"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class IssueCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private AuthorityOption authority;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Holder holder;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private HostOptions hosts;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where to write; made if absent.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path out;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private DaysOption days;

    @Option(
            names = "--password",
            paramLabel = "TEXT",
            description = "Password of the .p12 (default: a random one, written beside it).")
    private @Nullable String password;

    @Override
    public Integer call() {
        if (password != null && password.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "the password is empty: give at least one character");
        }
        X509Certificate issued = authority
                .open()
                .issue(
                        holder.role(),
                        holder.name(),
                        hosts.hosts(),
                        days.days(),
                        out,
                        password == null ? null : password.toCharArray());
        PrintWriter to = spec.commandLine().getOut();
        new Description(to, InstantSource.system().instant()).certificate(issued);
        to.println("written: " + out + " with ca.pem, cert.pem, key.pem, " + holder.name() + ".p12"
                + (password == null ? " and its password, " + holder.name() + ".p12.password" : ""));
        return 0;
    }
}
