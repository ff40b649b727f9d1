package io.bookshelf.cli.file;

import io.bookshelf.cli.config.UnitOptions;
import io.bookshelf.store.StoreBackup;
import io.bookshelf.store.StoreExamination;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies a unit's store to a file. */
@Command(
        name = "backup",
        description =
                "Copy a unit's store to a new file, whether the unit runs or not, and verify each row of the copy.",
        footer = {
            "",
            "Exit code 1: the copy is there, and rows that are damaged in the store are damaged in it too.",
            "",
            "Example: bookshelf backup /media/usb/hall.backup --unit hall"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class BackupCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "The file to make; it must not exist.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path file;

    @Mixin
    private final UnitOptions unit = new UnitOptions();

    @Option(names = "--json", description = "Say what was done as a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Path target = file.toAbsolutePath().normalize();
        Meter meter = Meter.onTerminal(spec.commandLine().getErr(), "copying");
        StoreExamination copy;
        try {
            copy = StoreBackup.make(unit.data(), target, meter);
        } finally {
            meter.end();
        }
        if (json) {
            out.println(Words.json(all -> {
                all.writeStartObject();
                all.writeStringField("file", target.toString());
                Words.fields(all, copy);
                all.writeEndObject();
            }));
        } else {
            out.println(target + ": " + Words.of(copy));
        }
        return copy.isSound() ? 0 : 1;
    }
}
