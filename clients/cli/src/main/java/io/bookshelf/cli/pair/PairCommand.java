package io.bookshelf.cli.pair;

import io.bookshelf.cli.config.ConfigFile;
import io.bookshelf.cli.config.Environment;
import io.bookshelf.cli.config.HostPort;
import io.bookshelf.cli.config.Settings;
import java.io.Console;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows a code by which one phone may be paired, and waits for that phone. */
@Command(
        name = "pair",
        description = "Let a phone in: show a code to type into the app, and wait until the phone is paired.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Run it on the unit. Exit code 0: a phone is paired; 1: none is.",
            "Example: bookshelf pair --url mqtt://127.0.0.1:1883"
        })
public final class PairCommand implements Callable<Integer> {
    private static final String PASSWORD = "BOOKSHELF_PASSWORD";
    private static final int SECONDS = 300;
    private static final int CODES = 100_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli injects it
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The unit on this machine (default: where the settings have its mqtt, else"
                    + " mqtt://127.0.0.1:1883).")
    private @Nullable String url;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Settings (default: $BOOKSHELF_CONFIG, or ~/.config/bookshelf/bookshelf.toml if it exists).")
    private @Nullable Path config;

    @Option(
            names = "--user",
            paramLabel = "NAME",
            description = "User name, where the unit asks for one; the password is $BOOKSHELF_PASSWORD, or asked for.")
    private @Nullable String user;

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        String code = "%08d".formatted(new SecureRandom().nextInt(CODES));
        try (UnitLine unit = UnitLine.to(address(), user, password())) {
            UnitLine.About about = unit.about();
            if (about.network().isEmpty()) {
                throw new PairException("the unit " + about.name() + " is of no network, so that no phone can be paired"
                        + " with it: start it with a certificate of its own (bookshelf run --pki)");
            }
            Thread takeBack = Thread.ofPlatform().unstarted(unit::takeBack);
            Runtime.getRuntime().addShutdownHook(takeBack);
            String phone;
            try {
                unit.open(code, SECONDS);
                show(out, code, about);
                phone = unit.awaitPhone(about.name(), Duration.ofSeconds(SECONDS));
            } finally {
                remove(takeBack);
            }
            out.println("Paired: " + phone);
            out.flush();
            return 0;
        } catch (PairException e) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("bookshelf: " + e.getMessage());
            err.flush();
            return 1;
        }
    }

    private static void show(PrintWriter out, String code, UnitLine.About about) {
        out.println("Code: " + code.substring(0, 4) + " " + code.substring(4));
        out.println("It is good for 5 minutes and for one phone: type it into the app of the unit " + about.name()
                + (about.webTls().isEmpty() ? "" : " (HTTPS at " + about.webTls() + ")") + ".");
        out.println("Waiting for the phone; Ctrl-C takes the code back.");
        out.flush();
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // Then it runs, and takes back a code that is spent.
        }
    }

    private InetSocketAddress address() {
        String given = url;
        if (given == null) {
            Path file = config == null ? Environment.ofThisProcess().settingsFile() : config;
            Settings settings = file == null ? Settings.DEFAULTS : ConfigFile.load(file);
            InetSocketAddress mqtt = settings.mqtt();
            if (mqtt == null) {
                return HostPort.parse("127.0.0.1:1883");
            }
            boolean anywhere = mqtt.getAddress() != null && mqtt.getAddress().isAnyLocalAddress();
            return anywhere ? new InetSocketAddress("localhost", mqtt.getPort()) : mqtt;
        }
        try {
            URI uri = new URI(given);
            String host = uri.getHost();
            if ("mqtt".equals(uri.getScheme()) && host != null) {
                return new InetSocketAddress(host, uri.getPort() < 0 ? 1883 : uri.getPort());
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new ParameterException(
                spec.commandLine(),
                "a phone is paired by the unit's local port: name it as mqtt://HOST:PORT, not " + given);
    }

    @SuppressWarnings("SystemConsoleNull") // it is null without a terminal where jdk.console says java.base
    private byte @Nullable [] password() {
        if (user == null) {
            return null;
        }
        String set = System.getenv(PASSWORD);
        if (set != null) {
            return set.getBytes(StandardCharsets.UTF_8);
        }
        Console console = System.console();
        char[] typed = console == null || !console.isTerminal() ? null : console.readPassword("Password: ");
        if (typed == null) {
            throw new ParameterException(
                    spec.commandLine(), "there is no terminal to ask for the password: set $" + PASSWORD);
        }
        return new String(typed).getBytes(StandardCharsets.UTF_8);
    }
}
