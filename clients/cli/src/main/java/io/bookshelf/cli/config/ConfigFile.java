package io.bookshelf.cli.config;

import com.electronwill.nightconfig.core.CommentedConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.node.CertificateSettings;
import io.bookshelf.store.Durability;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code bookshelf.toml}: every setting has a type and bounds, and a setting that nobody knows is a mistake. */
public final class ConfigFile {
    private static final int TEN_YEARS_SECONDS = 10 * 365 * 24 * 3_600;
    private static final Pattern SIGNER = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%a-z]+\\]):\\d{1,5}");
    private static final long FOR_EVER = -1;
    private static final int LEAST_MEMORY = 1024 * 1024;
    private static final int GIB = 1024 * 1024 * 1024;
    private static final Pattern HOST = Pattern.compile("(?:[A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(?::\\d{1,5})?");
    private static final Pattern ORIGIN = Pattern.compile("https?://" + HOST.pattern());

    private ConfigFile() {}

    /**
     * Reads a file; paths in it are taken from its folder.
     *
     * @throws ConfigException if it cannot be read, or a setting is wrong
     */
    public static Settings load(Path file) {
        Sections sections = new Sections();
        Settings settings = read(file, sections);
        if (!sections.mistakes.isEmpty()) {
            throw sections.mistakes.getFirst();
        }
        return settings;
    }

    /** What is wrong with a file, as sentences: the first mistake of each section. Empty if it can be loaded. */
    public static List<String> mistakes(Path file) {
        Sections sections = new Sections();
        try {
            read(file, sections);
        } catch (ConfigException e) {
            sections.mistakes.add(e);
        }
        return sections.mistakes.stream()
                .map(mistake -> String.valueOf(mistake.getMessage()))
                .distinct()
                .toList();
    }

    /** Reads sections one by one, each whether or not there was a mistake in those before. */
    private static final class Sections {
        final List<ConfigException> mistakes = new ArrayList<>();

        <T extends @Nullable Object> T in(Supplier<T> section, T otherwise) {
            try {
                return section.get();
            } catch (ConfigException e) {
                mistakes.add(e);
                return otherwise;
            }
        }

        void check(Runnable section) {
            try {
                section.run();
            } catch (ConfigException e) {
                mistakes.add(e);
            }
        }
    }

    private static Settings read(Path file, Sections all) {
        String text = read(file);
        TomlTable root =
                new TomlTable(file, new KeyLines(text), "", parse(file, text).valueMap());
        Path parent = file.toAbsolutePath().getParent();
        Path folder = parent == null ? file.toAbsolutePath() : parent;
        Settings absent = Settings.DEFAULTS;

        Settings settings = new Settings(
                all.in(() -> unit(root), null),
                all.in(() -> path(root, "data", "a folder", folder), null),
                all.in(() -> address(root, "mqtt"), null),
                all.in(() -> address(root, "web"), null),
                all.in(() -> address(root, "listen"), null),
                all.in(() -> address(root, "web_tls"), null),
                all.in(() -> path(root, "pki", "a folder", folder), null),
                all.in(() -> path(root, "peers", "a file", folder), null),
                all.in(() -> certificates(root.table("certificates")), absent.certificates()),
                all.in(() -> durability(root.table("store")), absent.durability()),
                all.in(() -> trustsWallClock(root.table("clock")), absent.trustWallClock()),
                all.in(() -> logLevel(root.table("log")), absent.logLevel()),
                all.in(() -> limits(root.table("limits"), root.table("sessions")), absent.limits()),
                all.in(
                        () -> matching(root.table("http"), "hosts", HOST, "host names, such as \"unit.lan\""),
                        absent.webHosts()),
                all.in(
                        () -> matching(
                                root.table("http"), "origins", ORIGIN, "origins, such as \"https://app.example\""),
                        absent.webOrigins()),
                all.in(() -> catalogue(root, folder), absent.catalogue()),
                all.in(() -> AccessSection.read(root.table("access"), folder), absent.access()),
                all.in(() -> client(root.table("client"), folder), absent.client()));
        all.check(() -> {
            TomlTable http = root.table("http");
            http.strings("hosts");
            http.strings("origins");
            http.refuseUnknown();
        });
        all.check(root::refuseUnknown);
        return settings;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ConfigException("there is no file " + file + ": make it, or name another with --config");
        } catch (CharacterCodingException e) {
            throw new ConfigException(file + " is not UTF-8 text: save it as UTF-8");
        } catch (IOException e) {
            throw new ConfigException("cannot read " + file + " (" + e.getMessage() + "): make it a readable file");
        }
    }

    private static CommentedConfig parse(Path file, String text) {
        // The parser takes the end of the file in place of the end of its last line for a mistake.
        LineReader reader = new LineReader(text + "\n");
        try {
            return new TomlParser().parse(reader);
        } catch (RuntimeException | StackOverflowError e) {
            // The parser's own failures on odd input are as much the file's fault as those that it reports.
            String reason = e instanceof ParsingException ? String.valueOf(e.getMessage()) : "this is not TOML";
            String shown = reason.strip().replace("\n", "\\n").replaceAll("\\p{Cntrl}", " ");
            throw new ConfigException(file + ", line " + reader.line() + ": " + shown);
        }
    }

    private static @Nullable String unit(TomlTable root) {
        String unit = root.string("unit");
        if (unit != null && !UnitName.isValid(unit)) {
            throw root.mistake("unit", UnitName.mistake(unit));
        }
        return unit;
    }

    private static @Nullable Path path(TomlTable root, String name, String what, Path folder) {
        String path = root.string(name);
        if (path != null && path.isBlank()) {
            throw root.mistake(name, "must name " + what + "; leave it out for the default");
        }
        return path == null ? null : folder.resolve(path).normalize();
    }

    private static List<Path> catalogue(TomlTable root, Path folder) {
        List<String> files = root.strings("catalogue");
        if (files.stream().anyMatch(String::isBlank)) {
            throw root.mistake("catalogue", "must list files, such as [\"my.keys.toml\"]");
        }
        return files.stream().map(file -> folder.resolve(file).normalize()).toList();
    }

    private static @Nullable InetSocketAddress address(TomlTable root, String name) {
        String text = root.string(name);
        try {
            return text == null ? null : HostPort.parse(text);
        } catch (ConfigException e) {
            throw root.mistake(name, String.valueOf(e.getMessage()));
        }
    }

    private static CertificateSettings certificates(TomlTable table) {
        String signer = table.string("signer");
        // Looked up at each attempt, since it may have an address only then.
        if (signer != null && !SIGNER.matcher(signer).matches()) {
            throw table.mistake("signer", "must be HOST:PORT, such as \"signer.lan:8884\", not \"" + signer + "\"");
        }
        long days = table.number("expired_days", FOR_EVER, 0, 100_000);
        table.refuseUnknown();
        return new CertificateSettings(signer, days == FOR_EVER ? null : Duration.ofDays(days));
    }

    private static ClientSettings client(TomlTable table, Path folder) {
        ClientSettings client = new ClientSettings(
                table.string("url"),
                path(table, "pki", "a folder", folder),
                table.string("user"),
                path(table, "password_file", "a file", folder));
        table.refuseUnknown();
        return client;
    }

    private static Durability durability(TomlTable store) {
        String word = store.word("durability", "full", List.of("full", "normal"));
        store.refuseUnknown();
        return word.equals("full") ? Durability.FULL : Durability.NORMAL;
    }

    private static boolean trustsWallClock(TomlTable clock) {
        String word = clock.word("trust", "kernel", List.of("kernel", "always"));
        clock.refuseUnknown();
        return word.equals("always");
    }

    private static String logLevel(TomlTable log) {
        String level = log.word("level", "info", List.of("trace", "debug", "info", "warn", "error", "off"));
        log.refuseUnknown();
        return level;
    }

    private static Limits limits(TomlTable limits, TomlTable sessions) {
        Limits absent = Limits.DEFAULTS;
        Limits read = new Limits(
                limits.smallNumber("key_bytes", absent.keyBytes(), 1, 65_535),
                limits.smallNumber("value_bytes", absent.valueBytes(), 1, 16 * 1024 * 1024),
                limits.smallNumber("connections", absent.connections(), 1, 1_000_000),
                limits.smallNumber("connect_seconds", absent.connectSeconds(), 1, 3_600),
                limits.smallNumber("keep_alive_seconds", absent.keepAliveSeconds(), 1, 65_535),
                limits.smallNumber("receive_maximum", absent.receiveMaximum(), 1, 65_535),
                limits.smallNumber("in_flight", absent.inFlight(), 1, 65_535),
                limits.smallNumber("topic_aliases", absent.topicAliases(), 0, 65_535),
                limits.smallNumber("subscriptions", absent.subscriptions(), 1, 1_000_000),
                limits.smallNumber("bus_bytes", absent.busBytes(), 64 * 1024, GIB),
                sessions.number("max_age_seconds", absent.sessionSeconds(), 1, TEN_YEARS_SECONDS),
                sessions.smallNumber("queued_events", absent.queuedEvents(), 0, 1_000_000),
                sessions.number("queued_bytes", absent.queuedBytes(), 0, GIB),
                sessions.number("event_seconds", absent.eventSeconds(), 1, TEN_YEARS_SECONDS),
                limits.number("memory_bytes", absent.memoryBytes(), 0, GIB));
        limits.refuseUnknown();
        sessions.refuseUnknown();
        int oneWrite = read.keyBytes() + read.valueBytes();
        if (read.busBytes() < oneWrite) {
            throw limits.mistake(
                    "bus_bytes",
                    "must be at least " + oneWrite + ", so that limits.key_bytes and limits.value_bytes fit in, not "
                            + read.busBytes());
        }
        if (read.memoryBytes() > 0 && read.memoryBytes() < LEAST_MEMORY) {
            throw limits.mistake(
                    "memory_bytes", "must be 0 or at least " + LEAST_MEMORY + ", not " + read.memoryBytes());
        }
        return read;
    }

    private static List<String> matching(TomlTable http, String name, Pattern shape, String wanted) {
        List<String> texts = http.strings(name);
        for (String text : texts) {
            if (!shape.matcher(text).matches()) {
                throw http.mistake(name, "must list " + wanted + ", not \"" + text + "\"");
            }
        }
        return texts;
    }
}
