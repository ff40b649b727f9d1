package io.bookshelf.cli;

import io.bookshelf.cli.bench.BenchCommand;
import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.Spelling;
import io.bookshelf.cli.demo.DemoCommand;
import io.bookshelf.cli.file.BackupCommand;
import io.bookshelf.cli.file.DoctorCommand;
import io.bookshelf.cli.file.RestoreCommand;
import io.bookshelf.cli.output.Printing;
import io.bookshelf.cli.pki.PkiCommand;
import io.bookshelf.cli.shelf.CompletionCommand;
import io.bookshelf.cli.shelf.ConflictsCommand;
import io.bookshelf.cli.shelf.DeleteCommand;
import io.bookshelf.cli.shelf.DescribeCommand;
import io.bookshelf.cli.shelf.ExportCommand;
import io.bookshelf.cli.shelf.GetCommand;
import io.bookshelf.cli.shelf.HistoryCommand;
import io.bookshelf.cli.shelf.ImportCommand;
import io.bookshelf.cli.shelf.ListCommand;
import io.bookshelf.cli.shelf.OutputClosed;
import io.bookshelf.cli.shelf.PairCommand;
import io.bookshelf.cli.shelf.PeersCommand;
import io.bookshelf.cli.shelf.PutCommand;
import io.bookshelf.cli.shelf.StatusCommand;
import io.bookshelf.cli.shelf.TreeCommand;
import io.bookshelf.cli.shelf.WatchCommand;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.RefusedException;
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
 * The {@code bookshelf} command line. Exit codes: 0 done; 1 the answer is no, or anything else; 2 wrong usage, a wrong
 * setting, or what cannot be done so; 3 the unit cannot be reached or does not answer in time; 4 it refuses.
 */
@Command(
        name = "bookshelf",
        description = "A replicated state server whose language is MQTT.",
        subcommands = CommandLine.HelpCommand.class,
        footer = {
            "",
            "Examples: bookshelf run --unit hall",
            "          bookshelf put lights/hall on",
            "          bookshelf watch 'lights/#'"
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    private static final int NO_ANSWER = 3;
    private static final int REFUSED = 4;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    private Main() {}

    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("run")) {
            BookshelfNode.prepare();
        }
        Printing.install();
        // Around what is there by then: each takes the place of System.err.
        LogLines.install();
        int code = commandLine(args.length > 0 ? args[0] : "").execute(args);
        Printing.end();
        System.exit(code);
    }

    /** The tool, with its way of reporting mistakes: with one command if that is the first word, with every one otherwise. */
    static CommandLine commandLine(String firstWord) {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("pair", PairCommand::new);
        commands.put("passwd", PasswdCommand::new);
        shelfCommands(commands);
        commands.put("bench", BenchCommand::new);
        commands.put("pki", PkiCommand::new);
        commands.put("backup", BackupCommand::new);
        commands.put("restore", RestoreCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("version", VersionCommand::new);
        commands.put("rehearse", RehearseCommand::new);
        CommandLine line = new CommandLine(new Main());
        // Each command costs a good part of a unit's start to be looked into.
        if (commands.containsKey(firstWord) && !firstWord.equals("completion")) {
            commands.keySet().retainAll(Set.of(firstWord));
        }
        commands.forEach((name, command) -> line.addSubcommand(name, command.get()));
        // The styles of a help would be shown as what a terminal does not print.
        line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return line.setParameterExceptionHandler(Main::reportUsage).setExecutionExceptionHandler(Main::reportFailure);
    }

    private static void shelfCommands(Map<String, Supplier<Object>> commands) {
        commands.put("get", GetCommand::new);
        commands.put("put", PutCommand::new);
        commands.put("delete", DeleteCommand::new);
        commands.put("list", ListCommand::new);
        commands.put("tree", TreeCommand::new);
        commands.put("watch", WatchCommand::new);
        commands.put("history", HistoryCommand::new);
        commands.put("conflicts", ConflictsCommand::new);
        commands.put("describe", DescribeCommand::new);
        commands.put("status", StatusCommand::new);
        commands.put("peers", PeersCommand::new);
        commands.put("export", ExportCommand::new);
        commands.put("import", ImportCommand::new);
        commands.put("completion", CompletionCommand::new);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do, such as run, get, put, watch or status");
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
            case OutputClosed nobodyReads -> {
                return CommandLine.ExitCode.OK;
            }
            case RefusedException refused -> {
                say(command, String.valueOf(refused.getMessage()));
                return REFUSED;
            }
            case BookshelfException unit -> {
                say(command, String.valueOf(unit.getMessage()));
                return NO_ANSWER;
            }
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
