package io.bookshelf.cli.pki;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whom a certificate is for: exactly one of these. */
final class Holder {
    @Option(names = "--unit", required = true, paramLabel = "ID", description = "A unit, by its id.")
    private @Nullable String unit;

    @Option(
            names = "--owner",
            required = true,
            paramLabel = "NAME",
            description = "An owner: a person's phone or computer.")
    private @Nullable String owner;

    @Option(names = "--cloud", required = true, description = "The cloud.")
    private boolean cloud;

    Role role() {
        return cloud ? Role.CLOUD : owner != null ? Role.OWNER : Role.UNIT;
    }

    String name() {
        String name = owner != null ? owner : unit;
        return cloud || name == null ? "cloud" : name;
    }
}
