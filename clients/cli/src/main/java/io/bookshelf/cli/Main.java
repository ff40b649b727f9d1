package io.bookshelf.cli;

import io.bookshelf.cli.bench.BenchCommand;
import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.Spelling;
import io.bookshelf.cli.demo.DemoCommand;
import io.bookshelf.cli.file.BackupCommand;
import io.bookshelf.cli.file.DoctorCommand;
import io.bookshelf.cli.file.RestoreCommand;
import io.bookshelf.cli.pki.PkiCommand;
import io.bookshelf.node.BookshelfNode;
import io.bookshelf.node.NodeException;
import io.bookshelf.pki.PkiException;
import io.bookshelf.store.StoreException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code bookshelf} command line. Exit codes: 0 done; 2 wrong usage, a wrong setting, or what cannot be done so;
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
        if (args.length > 0 && args[0].equals("run")) {
            BookshelfNode.prepare();
        }
        int code = commandLine(args.length > 0 ? args[0] : "").execute(args);
        System.out.flush();
        System.exit(code);
    }

    /** The tool, with its way of reporting mistakes: with one command if that is the first word, with every one otherwise. */
    static CommandLine commandLine(String firstWord) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("passwd", PasswdCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("pki", PkiCommand::new);
        commands.put("backup", BackupCommand::new);
        commands.put("restore", RestoreCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("version", VersionCommand::new);
        CommandLine line = new CommandLine(new Main());
        // Each command costs a good part of a unit's start to be looked into.
        if (commands.containsKey(firstWord)) {
            commands.keySet().retainAll(Set.of(firstWord));
        }
        commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        return line.setParameterExceptionHandler(Main::reportUsage).setExecutionExceptionHandler(Main::reportFailure);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to do: run, demo, passwd, pki, bench, backup, restore, doctor or version");
    }

    private static int reportUsage(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        String sentence = mistake instanceof UnmatchedArgumentException unmatched
                ? unknown(unmatched.getUnmatched().getFirst(), command.getCommandSpec())
                : String.valueOf(mistake.getMessage());
        String name = command.getCommandSpec().qualifiedName(" ");
        say(command, sentence + " (see: " + name + " --help)");
        return CommandLine.ExitCode.USAGE;
    }

    private static String unknown(String word, CommandSpec command) {
        boolean option = word.startsWith("-");
        Set<String> known =
                option ? command.optionsMap().keySet() : command.subcommands().keySet();
        if (known.isEmpty()) {
            return "there is one argument too many, " + word;
        }
        String nearest = Spelling.nearest(word, known);
        return "there is no " + (option ? "option " : "command ") + word
                + (nearest == null ? "" : "; did you mean " + nearest + "?");
    }

    private static int reportFailure(Exception failure, CommandLine command, ParseResult parsed) throws Exception {
        switch (failure) {
            case ConfigException mistake -> say(command, String.valueOf(mistake.getMessage()));
            case NodeException cannotStart -> say(command, String.valueOf(cannotStart.getMessage()));
            case StoreException store -> say(command, String.valueOf(store.getMessage()));
            case PkiException certificates -> say(command, String.valueOf(certificates.getMessage()));
            case FileSystemException file ->
                say(command, "cannot use " + file.getFile() + " (" + reason(file) + "): make it a file of yours");
            default -> throw failure;
        }
        return CommandLine.ExitCode.USAGE;
    }

    private static String reason(FileSystemException failure) {
        String given = failure.getReason();
        return given == null ? failure.getClass().getSimpleName() : given;
    }

    private static void say(CommandLine command, String sentence) {
        PrintWriter err = command.getErr();
        err.println("bookshelf: " + sentence.strip().replaceAll("\\s*\\R\\s*", " "));
        err.flush();
    }
}
