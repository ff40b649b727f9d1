package io.bookshelf.cli.pki;

import io.bookshelf.pki.AuthorityFolder;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Replaces the authority. */
@Command(
        name = "roll",
        description = "Make a new authority; the older ones stay trusted until --finish.",
        footer = {
            "",
            "Examples: bookshelf pki roll --dir authority",
            "          bookshelf pki roll --dir authority --finish"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RollCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private AuthorityOption authority;

    @Option(names = "--finish", description = "Trust only the newest from now on, and destroy the older keys.")
    private boolean finish;

    @Option(names = "--force", description = "Finish even if somebody has no certificate of the newest yet.")
    private boolean force;

    @Override
    public Integer call() {
        if (force && !finish) {
            throw new ParameterException(spec.commandLine(), "--force goes with --finish");
        }
        AuthorityFolder folder = authority.open();
        PrintWriter out = spec.commandLine().getOut();
        if (finish) {
            out.println("no longer trusted: " + String.join(", ", folder.finishRoll(force)));
        } else {
            out.println(
                    "authority " + folder.roll() + " issues from now on, the older ones stay trusted; units follow by "
                            + "bookshelf pki serve, or renew each with bookshelf pki renew; then say --finish");
        }
        return 0;
    }
}
