package io.bookshelf.cli.file;

import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.UnitOptions;
import io.bookshelf.cli.shelf.Connection;
import io.bookshelf.cli.shelf.Membership;
import io.bookshelf.cli.shelf.StateWriter;
import io.bookshelf.client.UnreachableException;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.BackupFile;
import io.bookshelf.store.StoreBackup;
import io.bookshelf.store.StoreException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
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
            "Put a backup in the place of the store of a unit that does not run; or, if it runs, write through it the values"
                    + " that differ. Keys that are not in the backup stay, and so do those under bookshelf/.",
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

    @Mixin
    private final Connection connection = new Connection();

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

    /** A unit holds the folder: what differs is written through it. */
    private int online(Path backup, Path data) {
        try (BackupFile values = BackupFile.open(backup);
                StateWriter writer = new StateWriter(connection.options(unit.file()), false)) {
            if (!writer.unit().equals(unit.name())) {
                throw new ConfigException("a unit runs on " + data + ", but what answers there is "
                        + (writer.unit().isEmpty() ? "no unit" : "the unit " + writer.unit()) + ", not " + unit.name()
                        + ": say which with --unit, and where it is with --url");
            }
            for (Iterator<Entry> each = values.live(System.currentTimeMillis()); each.hasNext(); ) {
                Entry entry = each.next();
                // Who belongs to the network is not turned back: a phone that was revoked would be let in again.
                if (!Membership.isAbout(entry.key().name())) {
                    writer.write(
                            entry.key().name(),
                            entry.value(),
                            entry.properties(),
                            entry.expiresAt() == 0 ? null : Instant.ofEpochMilli(entry.expiresAt()));
                }
            }
            writer.finish();
            PrintWriter out = spec.commandLine().getOut();
            out.println(
                    "the unit " + writer.unit() + " runs, so its values were written through it: " + writer.summary());
            out.flush();
            return 0;
        } catch (UnreachableException e) {
            throw new ConfigException("a unit runs on " + data + ": stop it, and then restore " + backup
                    + "; or say with --url where it is, and the values are written through it (" + e.getMessage()
                    + ")");
        }
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
