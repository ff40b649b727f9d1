package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A real unit: {@code bookshelf run} in a process of its own, on a data folder that outlives it. */
final class UnitProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready unit=(\\S+) mqtt=(\\S+):(\\d+) web=(\\S+):(\\d+)");
    private static final Duration START = Duration.ofSeconds(60);

    /** How the launcher starts a JVM, but for what only start-up time and packaging are about. */
    private static final List<String> JVM = List.of(
            "-XX:+UseSerialGC",
            "-Xms16m",
            "-Xmx96m",
            "-Xss256k",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:+UseCompactObjectHeaders",
            "-Dio.netty.noPreferDirect=true",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final Path folder;
    private final String config;
    private final List<Path> logs = new ArrayList<>();
    private @Nullable Process process;
    private boolean elsewhere;
    private InetSocketAddress mqtt = Ports.free();
    private InetSocketAddress web = Ports.free();

    UnitProcess(Path folder, String config) {
        this.folder = folder;
        this.config = config;
    }

    /** A broker that runs already; only for trying the tests themselves; it is never ended. */
    static UnitProcess running(Path folder, String mqtt, @Nullable String web) {
        UnitProcess unit = new UnitProcess(folder, "");
        unit.mqtt = address(mqtt);
        unit.web = address(web == null ? mqtt : web);
        unit.elsewhere = true;
        return unit;
    }

    private static InetSocketAddress address(String hostAndPort) {
        int colon = hostAndPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostAndPort.substring(0, colon), Integer.parseInt(hostAndPort.substring(colon + 1)));
    }

    /** Starts it, on the same ports each time, and waits until it is ready. */
    void start() {
        if (elsewhere) {
            return;
        }
        Process started = launch(List.of(
                "--unit",
                "unit-under-test",
                "--data",
                data().toString(),
                "--mqtt",
                "127.0.0.1:" + mqtt.getPort(),
                "--web",
                "127.0.0.1:" + web.getPort()));
        process = started;
        Path out = stdout();
        try {
            Awaitility.await("ready line")
                    .atMost(START)
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> readyLine(out).isPresent() || !started.isAlive());
        } catch (RuntimeException e) {
            throw new AssertionError("not ready in time\n" + log(), e);
        }
        Matcher ready = readyLine(out)
                .orElseThrow(() -> new AssertionError("ended with " + started.exitValue() + "\n" + log()));
        mqtt = new InetSocketAddress(ready.group(2), Integer.parseInt(ready.group(3)));
        web = new InetSocketAddress(ready.group(4), Integer.parseInt(ready.group(5)));
    }

    private static Optional<Matcher> readyLine(Path out) {
        try {
            Matcher matcher = READY.matcher(Files.readString(out));
            return matcher.find() ? Optional.of(matcher) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code run} with these arguments, its output captured; waits for nothing. */
    Process launch(List<String> arguments) {
        try {
            Files.createDirectories(folder);
            int number = logs.size();
            Path log = folder.resolve("unit-" + number + ".log");
            logs.add(log);
            List<String> command = new ArrayList<>(List.of(javaBinary()));
            command.addAll(JVM);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.bookshelf.cli.Main", "run"));
            if (!config.isEmpty()) {
                Path file = folder.resolve("bookshelf.toml");
                Files.writeString(file, config);
                command.addAll(List.of("--config", file.toString()));
            }
            command.addAll(arguments);
            return new ProcessBuilder(command)
                    .redirectOutput(folder.resolve("unit-" + number + ".out").toFile())
                    .redirectError(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String javaBinary() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** What the process started last wrote to standard output. */
    Path stdout() {
        return folder.resolve("unit-" + (logs.size() - 1) + ".out");
    }

    InetSocketAddress mqtt() {
        return mqtt;
    }

    InetSocketAddress web() {
        return web;
    }

    Path data() {
        return folder.resolve("data");
    }

    Process process() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("not started here");
        }
        return running;
    }

    boolean alive() {
        return process == null || process.isAlive();
    }

    /** Kills it as the kernel does, and waits until it is gone. */
    void kill9() {
        if (elsewhere) {
            return;
        }
        process().destroyForcibly();
        process().onExit().join();
    }

    /** Sends SIGTERM; returns the exit code. */
    int terminate() {
        process().destroy();
        try {
            assertThat(process().waitFor(10, TimeUnit.SECONDS))
                    .as("ends after SIGTERM")
                    .isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return process().exitValue();
    }

    /** Resident memory in bytes. */
    long rss() {
        return status("VmRSS") * 1024;
    }

    long threads() {
        return status("Threads");
    }

    private long status(String field) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process().pid() + "/status")).stream()
                    .filter(line -> line.startsWith(field + ":"))
                    .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of what each process of this unit wrote to standard error. */
    String log() {
        StringBuilder text = new StringBuilder();
        for (Path log : logs) {
            try {
                String whole = Files.readString(log);
                text.append("--- ").append(log.getFileName()).append('\n');
                text.append(whole.substring(Math.max(0, whole.length() - 8_000)));
            } catch (IOException e) {
                text.append(e).append('\n');
            }
        }
        return text.toString();
    }

    @Override
    public void close() {
        if (process != null && process.isAlive()) {
            kill9();
        }
    }
}
