package io.bookshelf.cli.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the surroundings say where neither a flag nor a file does.
 *
 * @param variables the environment variables
 * @param home the user's home folder where {@code HOME} does not say it, or null if there is none
 * @param hostName the name of this machine
 */
public record Environment(
        Map<String, String> variables, @Nullable Path home, String hostName) {
    public Environment {
        variables = Map.copyOf(variables);
    }

    /** The surroundings of this process. */
    public static Environment ofThisProcess() {
        String home = System.getProperty("user.home", "");
        // The JVM says "?" of a user who has no home folder.
        Path folder = home.isEmpty() || home.equals("?") ? null : Path.of(home);
        return new Environment(System.getenv(), folder, hostNameOfKernel());
    }

    private static String hostNameOfKernel() {
        try {
            // InetAddress would ask the name server, and wait for it.
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException unknown) {
                return "";
            }
        }
    }

    /** The settings file that is read where {@code --config} names none, or null if there is none. */
    public @Nullable Path settingsFile() {
        String named = variables.getOrDefault("BOOKSHELF_CONFIG", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        Path folder = xdg("XDG_CONFIG_HOME", ".config");
        Path file = folder == null ? null : folder.resolve("bookshelf", "bookshelf.toml");
        return file != null && Files.exists(file) ? file : null;
    }

    /** The unit's name where nothing else says it. */
    String unit() {
        return UnitName.ofHost(hostName);
    }

    /** The folder of a unit's store where nothing else says it. */
    Path data(String unit) {
        Path folder = xdg("XDG_STATE_HOME", ".local/state");
        if (folder == null) {
            throw new ConfigException("this user has no home folder: say with --data where the unit keeps its store");
        }
        return folder.resolve("bookshelf", unit);
    }

    /** A folder of the XDG base directory specification, which has relative ones ignored. */
    private @Nullable Path xdg(String variable, String belowHome) {
        String value = variables.getOrDefault(variable, "");
        if (value.startsWith("/")) {
            return Path.of(value);
        }
        // The JVM goes by the user's entry in the system; a shell, and the specification, by this.
        String said = variables.getOrDefault("HOME", "");
        Path folder = said.startsWith("/") ? Path.of(said) : home;
        return folder == null ? null : folder.resolve(belowHome);
    }
}
