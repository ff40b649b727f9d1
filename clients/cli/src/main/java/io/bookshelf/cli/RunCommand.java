package io.bookshelf.cli;

import io.bookshelf.cli.config.ConfigException;
import io.bookshelf.cli.config.ConfigFile;
import io.bookshelf.cli.config.Flags;
import io.bookshelf.cli.config.HostPort;
import io.bookshelf.cli.config.Settings;
import io.bookshelf.cli.config.UnitOptions;
import io.bookshelf.node.AccessSettings;
import io.bookshelf.node.BookshelfNode;
import io.bookshelf.node.NodeConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Runs a unit until it is told to stop. */
@Command(
        name = "run",
        description = "Run a unit until SIGTERM or SIGINT.",
        footer = {
            "",
            "Examples: bookshelf run --unit hall --data /srv/hall",
            "          bookshelf run --pki hall --listen 0.0.0.0:8883 --peers peers.txt"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class RunCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Mixin
    private final UnitOptions unit = new UnitOptions();

    @Option(
            names = "--mqtt",
            paramLabel = "HOST:PORT",
            converter = Address.class,
            description = "Where MQTT listens; port 0 picks one (default: 127.0.0.1:1883).")
    private @Nullable InetSocketAddress mqtt;

    @Option(
            names = "--web",
            paramLabel = "HOST:PORT",
            converter = Address.class,
            description = "Where HTTP and MQTT over WebSocket listen; port 0 picks one (default: 127.0.0.1:8080).")
    private @Nullable InetSocketAddress web;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            converter = Address.class,
            description = "Where other units and owners come in by certificate, with MQTT over TLS; port 0 picks one"
                    + " (default: nowhere).")
    private @Nullable InetSocketAddress listen;

    @Option(
            names = "--web-tls",
            paramLabel = "HOST:PORT",
            converter = Address.class,
            description = "Where HTTPS and MQTT over WebSocket listen, with this unit's certificate; port 0 picks one"
                    + " (default: nowhere).")
    private @Nullable InetSocketAddress webTls;

    @Option(names = "--pki", paramLabel = "DIR", description = "Folder of this unit's certificate.")
    private @Nullable Path pki;

    @Option(
            names = "--peers",
            paramLabel = "FILE",
            description = "Other units and their addresses to start from; read again when it changes.")
    private @Nullable Path peers;

    @Option(
            names = "--until-input-ends",
            hidden = true,
            description = "Stop when standard input ends: with the process that holds the other end of the pipe.")
    private boolean untilInputEnds;

    @Override
    public Integer call() throws InterruptedException {
        if (untilInputEnds) {
            Thread.ofPlatform().daemon().name("input").start(RunCommand::stopWhenInputEnds);
        }
        Flags flags = unit.flags(mqtt, web, listen, webTls, pki, peers);
        Path file = unit.file();
        Settings settings = unit.settings();
        NodeConfig node = flags.over(settings, unit.environment());
        logAt(settings.logLevel());
        Logger log = LoggerFactory.getLogger(RunCommand.class);
        log.info("settings from {}, data in {}", file == null ? "no file" : file.toAbsolutePath(), node.data());
        warnIfOpen(log, "mqtt", node.broker().mqtt(), node);
        warnIfOpen(log, "web", node.broker().web(), node);
        Supplier<AccessSettings> access =
                () -> file == null ? node.access() : ConfigFile.load(file).access();
        return new UnitProcess(log, spec.commandLine().getOut())
                .run(() -> BookshelfNode.start(node, access, file), node);
    }

    /**
     * The backend reads the default once, with its first logger, which {@link BookshelfNode#prepare()} may have made by now;
     * what it knows of names it looks up for each.
     */
    private static void logAt(String level) {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
        for (String names : List.of("io", "com", "org")) {
            System.setProperty("org.slf4j.simpleLogger.log." + names, level);
        }
    }

    /** As SIGTERM would, which ends in an exit code of 0 once the unit runs. */
    private static void stopWhenInputEnds() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException unreadable) {
            // is its end too
        }
        System.exit(1);
    }

    private static void warnIfOpen(Logger log, String listener, InetSocketAddress address, NodeConfig node) {
        if (!address.getAddress().isLoopbackAddress() && node.access().anonymous()) {
            log.warn(
                    "{} listens on {}, where whoever reaches it comes in without a password: set access.password_file",
                    listener,
                    HostPort.format(address));
        }
    }

    /** Reads HOST:PORT. */
    static final class Address implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            try {
                return HostPort.parse(text);
            } catch (ConfigException e) {
                throw new TypeConversionException("it " + e.getMessage());
            }
        }
    }
}
