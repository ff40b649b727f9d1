package io.bookshelf.cli.pki;

import io.bookshelf.pki.AuthorityFolder;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes a network's authority. */
@Command(
        name = "init",
        description = "Make a new network's authority. Whoever has its folder decides who is in the network.",
        footer = {"", "Example: bookshelf pki init --dir authority --network home"},
        mixinStandardHelpOptions = true)
final class InitCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = "--dir",
            required = true,
            paramLabel = "DIR",
            description = "The authority's folder; made if absent.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path dir;

    @Option(names = "--network", required = true, paramLabel = "NAME", description = "The network's name.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private String network;

    @Override
    public Integer call() {
        AuthorityFolder made = AuthorityFolder.init(dir, network, InstantSource.system());
        spec.commandLine()
                .getOut()
                .println("authority " + made.ids().getFirst() + " of " + network + " is in " + dir
                        + ": keep that folder off the units, and a copy of it safe");
        return 0;
    }
}
