package io.bookshelf.cli.file;

import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.store.StoreBackup;
import io.bookshelf.store.StoreException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Puts a backup back. */
@Command(
        name = "restore",
        description = {
            "Put a backup in the place of a unit's store. The unit must not run.",
            "The store that was there is kept in the data folder's set-aside. In a network, peers bring what is newer than"
                    + " the backup; what nobody else holds is as it was when the backup was made."
        },
        footer = {"", "Example: bookshelf restore /media/usb/hall.backup --unit hall"},
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class RestoreCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "FILE", description = "A file that bookshelf backup made.")
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private Path file;

    @Mixin
    private final UnitOptions unit = new UnitOptions();

    @Option(names = "--json", description = "Say what was done as a JSON object.")
    private boolean json;

    @Override
    public Integer call() {
        Path backup = file.toAbsolutePath().normalize();
        Path data = unit.data();
        Meter meter = Meter.onTerminal(spec.commandLine().getErr(), "copying");
        StoreBackup.Restored restored;
        try {
            restored = StoreBackup.putBack(backup, data, meter);
        } catch (StoreException e) {
            if (e.reason() == StoreException.Reason.IN_USE) {
                return online(backup, data);
            }
            throw e;
        } finally {
            meter.end();
        }
        say(data, restored);
        return 0;
    }

    /** A unit holds the folder. */
    private static int online(Path backup, Path data) {
        throw new ConfigException("a unit runs on " + data + ": stop it, and then restore " + backup);
    }

    private void say(Path data, StoreBackup.Restored restored) {
        PrintWriter out = spec.commandLine().getOut();
        String aside = restored.setAside().toString();
        if (json) {
            out.println(Words.json(all -> {
                all.writeStartObject();
                all.writeStringField("data", data.toString());
                Words.fields(all, restored.holds());
                all.writeStringField("setAside", aside);
                all.writeEndObject();
            }));
            return;
        }
        out.println(data + ": " + Words.of(restored.holds()));
        if (!aside.isEmpty()) {
            out.println("the store that was there: " + aside);
        }
    }
}
