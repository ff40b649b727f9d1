package io.bookshelf.cli.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.CertificateFile;
import io.bookshelf.pki.RevocationList;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Takes certificates back. */
@Command(
        name = "revoke",
        description = "Take certificates back: one by its file, or all that a unit, an owner or the cloud has.",
        footer = {
            "",
            "Examples: bookshelf pki revoke --dir authority --unit hall",
            "          bookshelf pki revoke --dir authority --owner anna --owner ben"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RevokeCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private AuthorityOption authority;

    @Option(names = "--cert", paramLabel = "FILE", description = "One certificate.")
    private @Nullable Path certificate;

    @Option(
            names = "--unit",
            paramLabel = "ID",
            description = "All certificates of a unit; may be given several times.")
    private List<String> units = new ArrayList<>();

    @Option(
            names = "--owner",
            paramLabel = "NAME",
            description = "All certificates of an owner; may be given several times.")
    private List<String> owners = new ArrayList<>();

    @Option(names = "--cloud", description = "All certificates of the cloud.")
    private boolean cloud;

    @Override
    public Integer call() {
        AuthorityFolder folder = authority.open();
        List<PeerIdentity> holders = new ArrayList<>();
        units.forEach(unit -> holders.add(new PeerIdentity(folder.network(), Role.UNIT, unit)));
        owners.forEach(owner -> holders.add(new PeerIdentity(folder.network(), Role.OWNER, owner)));
        if (cloud) {
            holders.add(new PeerIdentity(folder.network(), Role.CLOUD, "cloud"));
        }
        if ((certificate == null) == holders.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "say what to revoke: --cert FILE, or any of --unit ID, --owner NAME and --cloud");
        }
        List<RevocationList> made = certificate == null
                ? folder.revoke(holders)
                : folder.revoke(CertificateFile.read(certificate).getFirst());
        PrintWriter out = spec.commandLine().getOut();
        for (RevocationList list : made) {
            out.println("revoked: list " + list.number() + " of authority " + list.authority() + " is "
                    + folder.file(list) + "; bookshelf pki serve hands it out, or publish the file, retained, on "
                    + list.key());
        }
        return 0;
    }
}
