package io.bookshelf.cli.pki;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Certificates: made, shown, renewed, taken back. */
@Command(
        name = "pki",
        description = "The network's own certificates.",
        subcommands = {
            InitCommand.class,
            IssueCommand.class,
            RequestCommand.class,
            SignCommand.class,
            ShowCommand.class,
            RenewCommand.class,
            RevokeCommand.class,
            RollCommand.class,
            ServeCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {
            "",
            "Examples: bookshelf pki init --dir authority --network home",
            "          bookshelf pki issue --dir authority --unit hall --out hall"
        },
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
public final class PkiCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "say what to do: init, issue, request, sign, show, renew, revoke, roll or serve");
    }
}
