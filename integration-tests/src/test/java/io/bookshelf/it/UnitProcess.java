package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
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
    private static final Pattern HEAP_USED = Pattern.compile("total \\d+K, used (\\d+)K");
    private static final Duration START = Duration.ofSeconds(60);

    private final Path folder;
    private final String config;
    private final List<Path> logs = new ArrayList<>();
    private @Nullable Process process;
    private String name = "unit-under-test";
    private List<String> wrapper = List.of();
    private List<String> more = List.of();
    private boolean elsewhere;
    private InetSocketAddress mqtt = Ports.free();
    private InetSocketAddress web = Ports.free();

    UnitProcess(Path folder, String config) {
        this.folder = folder;
        this.config = config;
    }

    /**
     * A unit of a network.
     *
     * @param wrapper goes before the command, to run it elsewhere
     * @param host where it listens for MQTT and HTTP
     * @param more further arguments
     */
    UnitProcess(Path folder, String name, List<String> wrapper, String host, List<String> more) {
        this(folder, "");
        this.name = name;
        this.wrapper = wrapper;
        this.more = more;
        mqtt = new InetSocketAddress(host, mqtt.getPort());
        web = new InetSocketAddress(host, web.getPort());
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
        if (!elsewhere) {
            start(UnitJvm.command());
        }
    }

    /** The same with this command instead of the usual one. */
    void start(List<String> java) {
        Process started = launch(java, arguments());
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

    /** What follows {@code run} on its command line. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "--unit",
                name,
                "--data",
                data().toString(),
                "--mqtt",
                mqtt.getHostString() + ":" + mqtt.getPort(),
                "--web",
                web.getHostString() + ":" + web.getPort()));
        arguments.addAll(more);
        return arguments;
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
        return launch(UnitJvm.command(), arguments);
    }

    private Process launch(List<String> java, List<String> arguments) {
        try {
            Files.createDirectories(folder);
            int number = logs.size();
            Path log = folder.resolve("unit-" + number + ".log");
            logs.add(log);
            List<String> command = new ArrayList<>(wrapper);
            command.addAll(java);
            command.add("run");
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

    /** Runs {@code bookshelf passwd}, which has to succeed. */
    static void passwd(Path file, String user, String password) {
        List<String> command = new ArrayList<>(UnitJvm.command());
        command.addAll(List.of("passwd", "--stdin", file.toString(), user));
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
                in.write(password + "\n");
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as("passwd: " + said).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Where the process started last writes its log. */
    Path stderr() {
        return logs.getLast();
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

    /** Bytes of the heap that are in use right after a collection. */
    long liveHeap() {
        jcmd("GC.run");
        Matcher used = HEAP_USED.matcher(jcmd("GC.heap_info"));
        assertThat(used.find()).isTrue();
        long young = Long.parseLong(used.group(1));
        assertThat(used.find()).isTrue();
        return (young + Long.parseLong(used.group(1))) * 1024;
    }

    private String jcmd(String command) {
        try {
            Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
            Process running = new ProcessBuilder(jcmd.toString(), "" + process().pid(), command)
                    .redirectErrorStream(true)
                    .start();
            return new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
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
