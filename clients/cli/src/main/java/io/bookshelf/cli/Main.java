package io.bookshelf.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code bookshelf} command line. Exit codes: 0 done; 2 wrong usage, a wrong setting, or a unit that cannot start;
 * 1 anything else.
 */
@Command(
        name = "bookshelf",
        description = "A replicated state server whose language is MQTT.",
        subcommands = CommandLine.HelpCommand.class,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        int code = commandLine().execute(args);
        System.out.flush();
        System.exit(code);
    }

    /** Every command of the tool, with its way of reporting mistakes. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.addSubcommand(new RunCommand());
        line.addSubcommand(new PasswdCommand());
        line.addSubcommand(new VersionCommand());
        return line.setParameterExceptionHandler(Main::reportUsage).setExecutionExceptionHandler(Main::reportFailure);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: run, passwd, bench or version");
    }

    private static int reportUsage(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        StringBuilder sentence = new StringBuilder(mistake.getMessage());
        if (mistake instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            sentence.append("; did you mean ")
                    .append(unmatched.getSuggestions().getFirst())
                    .append("?");
        }
        String name = command.getCommandSpec().qualifiedName(" ");
        say(command, sentence + " (see: " + name + " --help)");
        return CommandLine.ExitCode.USAGE;
    }

    private static int reportFailure(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        if (failure instanceof UserMistake || failure instanceof io.bookshelf.node.NodeException) {
            say(command, String.valueOf(failure.getMessage()));
            return CommandLine.ExitCode.USAGE;
        }
        throw failure;
    }

    private static void say(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        err.println("bookshelf: " + sentence.strip().replaceAll("\\s*\\R\\s*", " "));
        err.flush();
    }
}
