package io.bookshelf.cli.file;

import io.bookshelf.cli.config.ConfigFile;
import io.bookshelf.cli.config.Environment;
import io.bookshelf.cli.config.Flags;
import io.bookshelf.cli.config.Settings;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which unit is meant, said as {@code bookshelf run} is told it. */
final class UnitOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings (default: $BOOKSHELF_CONFIG, or ~/.config/bookshelf/bookshelf.toml if it exists).")
    private @Nullable Path config;

    @Option(names = "--unit", paramLabel = "NAME", description = "The unit's name (default: the host name).")
    private @Nullable String unit;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of its store (default: ~/.local/state/bookshelf/NAME).")
    private @Nullable Path data;

    private final Environment environment = Environment.ofThisProcess();

    Environment environment() {
        return environment;
    }

    /** The settings file, null if there is none. */
    @Nullable
    Path file() {
        return config == null ? environment.settingsFile() : config;
    }

    Flags flags() {
        return new Flags(unit, data, null, null, null, null, null, null);
    }

    /** The unit's name. */
    String name() {
        Path file = file();
        return flags().unit(file == null ? Settings.DEFAULTS : ConfigFile.load(file), environment);
    }

    /** The unit's data folder. */
    Path data() {
        Path file = file();
        return flags().data(file == null ? Settings.DEFAULTS : ConfigFile.load(file), environment);
    }
}
