package io.bookshelf.cli.shelf;

import io.bookshelf.cli.config.ClientSettings;
import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.ConfigFile;
import io.bookshelf.cli.config.Environment;
import io.bookshelf.cli.config.HostPort;
import io.bookshelf.cli.config.Settings;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.ConnectOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which unit a command speaks to, and how: by flags, else by variables, else by {@code bookshelf.toml}. */
public final class Connection {
    private static final String STANDARD = "mqtt://127.0.0.1:1883";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "The unit: mqtt://, mqtts://, ws:// or wss://HOST:PORT (default: $BOOKSHELF_URL, client.url or"
                            + " mqtt of bookshelf.toml, or mqtt://127.0.0.1:1883).")
    private @Nullable String url;

    @Option(
            names = "--pki",
            paramLabel = "DIR",
            description = "Folder with ca.pem, cert.pem and key.pem for mqtts and wss (default: $BOOKSHELF_PKI or"
                    + " client.pki).")
    private @Nullable Path pki;

    @Option(names = "--user", paramLabel = "NAME", description = "User name (default: $BOOKSHELF_USER or client.user).")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "File whose first line is the password (default: $BOOKSHELF_PASSWORD or client.password_file).")
    private @Nullable Path passwordFile;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeSpan.Converter.class,
            description = "How long to wait for the unit, such as 500ms, 5s or 1m (default: 10s).")
    private Duration timeout = Duration.ofSeconds(10);

    /**
     * How to connect.
     *
     * @param config the settings file that was named, null for the usual one
     * @throws ConfigException if what was said cannot be used
     */
    public ConnectOptions options(@Nullable Path config) {
        beQuiet();
        Environment environment = Environment.ofThisProcess();
        Path file = config == null ? environment.settingsFile() : config;
        Settings settings = file == null ? Settings.DEFAULTS : ConfigFile.load(file);
        ClientSettings client = settings.client();
        try {
            ConnectOptions options = Bookshelf.at(url(environment, settings)).timeout(timeout);
            String folder = environment.variables().getOrDefault("BOOKSHELF_PKI", "");
            Path certificates = pki != null ? pki : folder.isEmpty() ? client.pki() : Path.of(folder);
            if (certificates != null) {
                options = options.pki(certificates);
            }
            return login(options, environment, client);
        } catch (IllegalArgumentException mistake) {
            throw new ConfigException(String.valueOf(mistake.getMessage()));
        }
    }

    /** What a command has to say it says itself. Before the first logger, and before Netty. */
    private static void beQuiet() {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "error");
        // Netty would look through all network interfaces for a number that nobody asks for.
        System.setProperty("io.netty.machineId", "02:00:00:00:00:00:00:01");
    }

    private String url(Environment environment, Settings settings) {
        String variable = environment.variables().getOrDefault("BOOKSHELF_URL", "");
        if (url != null) {
            return url;
        }
        if (!variable.isEmpty()) {
            return variable;
        }
        String set = settings.client().url();
        InetSocketAddress own = settings.mqtt();
        return set != null ? set : own != null && own.getPort() > 0 ? "mqtt://" + reachable(own) : STANDARD;
    }

    /** Where a unit that listens everywhere is reached from here. */
    private static String reachable(InetSocketAddress own) {
        return own.getAddress() != null && own.getAddress().isAnyLocalAddress()
                ? "127.0.0.1:" + own.getPort()
                : HostPort.format(own);
    }

    private ConnectOptions login(ConnectOptions options, Environment environment, ClientSettings client) {
        String variable = environment.variables().getOrDefault("BOOKSHELF_USER", "");
        String name = user != null ? user : variable.isEmpty() ? client.user() : variable;
        if (name == null) {
            return options;
        }
        String given = environment.variables().getOrDefault("BOOKSHELF_PASSWORD", "");
        Path file = passwordFile != null ? passwordFile : given.isEmpty() ? client.passwordFile() : null;
        return options.login(name, file == null ? given : firstLine(file));
    }

    private static String firstLine(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty() ? "" : lines.getFirst();
        } catch (IOException e) {
            throw new ConfigException("the password file " + file + " cannot be read: name a readable file");
        }
    }
}
