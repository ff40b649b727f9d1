package io.bookshelf.cli.pki;

import io.bookshelf.pki.Bundle;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a key that stays here, and a request to have signed. */
@Command(
        name = "request",
        description = "Make a key that stays here, and a request for a certificate.",
        footer = {"", "Example: bookshelf pki request --unit hall --network home --out hall"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RequestCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The unit's folder; made if absent.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path out;

    @Option(names = "--unit", required = true, paramLabel = "ID", description = "The unit's id.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String unit;

    @Option(names = "--network", required = true, paramLabel = "NAME", description = "The network's name.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String network;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private HostOptions hosts;

    @Override
    public Integer call() {
        Path request = new Bundle(out).request(network, unit, hosts.hosts());
        spec.commandLine()
                .getOut()
                .println("written: " + request
                        + ": have it signed with bookshelf pki sign, and put the answer beside it as"
                        + " cert.pem, with the authority's ca.pem");
        return 0;
    }
}
