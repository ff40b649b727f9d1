package io.bookshelf.cli.demo;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs a network of units on this machine, and shows it. */
@Command(
        name = "demo",
        description = "Run a network of units on this machine: watch it, cut it, heal it.",
        footer = {
            "",
            "Keys: Tab chooses a unit; c cuts it off from the others, k kills it (kill -9);",
            "h heals all cuts, r starts again what was killed, w writes on every side, q ends.",
            "Where standard input is no terminal they are read as lines, with a unit's name behind c and k",
            "if wanted (c attic); the end of the input ends the demo.",
            "It needs no root, listens on loopback only, and leaves nothing behind.",
            "Example: bookshelf demo --units 6"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class DemoCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = "--units",
            defaultValue = "3",
            paramLabel = "N",
            description = "How many units, 1 to 24 (default: 3).")
    private int units;

    @Override
    public Integer call() throws InterruptedException {
        int most = UnitFolders.NAMES.size();
        if (units < 1 || units > most) {
            throw new ParameterException(spec.commandLine(), "--units must be from 1 to " + most + ", not " + units);
        }
        // The backend reads it once, before its first logger: the units' own logs are in their folders.
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        try (Demo demo =
                new Demo(UnitFolders.NAMES.subList(0, units), spec.commandLine().getOut())) {
            demo.run();
        }
        return 0;
    }
}
