package io.bookshelf.cli.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which unit is meant: by flags, else by {@code bookshelf.toml}, else by what this machine is called. */
public final class UnitOptions {
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

    /** The surroundings of this process. */
    public Environment environment() {
        return environment;
    }

    /** The settings file, null if there is none. */
    public @Nullable Path file() {
        return config == null ? environment.settingsFile() : config;
    }

    /** What was said about the unit, and nothing else. */
    public Flags flags() {
        return flags(null, null, null, null, null, null);
    }

    /** What was said about the unit, and where it listens and whom it knows; see {@link Flags}. */
    public Flags flags(
            @Nullable InetSocketAddress mqtt,
            @Nullable InetSocketAddress web,
            @Nullable InetSocketAddress listen,
            @Nullable InetSocketAddress webTls,
            @Nullable Path pki,
            @Nullable Path peers) {
        return new Flags(unit, data, mqtt, web, listen, webTls, pki, peers);
    }

    /** What the settings file says; the defaults where there is none. */
    public Settings settings() {
        Path file = file();
        return file == null ? Settings.DEFAULTS : ConfigFile.load(file);
    }

    /** The unit's name. */
    public String name() {
        return flags().unit(settings(), environment);
    }

    /** The unit's data folder. */
    public Path data() {
        return flags().data(settings(), environment);
    }
}
