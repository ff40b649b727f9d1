package io.bookshelf.cli.pki;

import io.bookshelf.pki.HostNames;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** By what names and addresses browsers reach a unit. */
final class HostOptions {
    @Option(
            names = "--name",
            paramLabel = "HOST",
            description = "A name by which browsers reach the unit, such as hall.home; may be given again.")
    private @Nullable List<String> names;

    @Option(
            names = "--address",
            paramLabel = "IP",
            description = "An address by which browsers reach the unit, such as 192.168.1.2; may be given again.")
    private @Nullable List<String> addresses;

    boolean given() {
        return names != null || addresses != null;
    }

    HostNames hosts() {
        return HostNames.of(names == null ? List.of() : names, addresses == null ? List.of() : addresses);
    }
}
