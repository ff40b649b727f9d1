package io.bookshelf.cli.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code bookshelf bench}: measures an MQTT broker, this one or any other.
 *
 * <p>Exit code 0 when everything that was sent arrived, 1 when the broker lost or refused something (the report says
 * what), 2 when it could not be measured.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures an MQTT broker: puts, latency, snapshot and fan-out.",
        footer = {
            "",
            "Scenarios: puts, put1, latency, snapshot, fanout (all of them by default); load fills a broker.",
            "Keys lie under bench/<random id>/ and are deleted at the end.",
            "Exit code: 0 all arrived, 1 the broker lost or refused something, 2 it could not be measured.",
            "Examples: bookshelf bench --seconds 10",
            "          bookshelf bench puts latency --url mqtt://192.168.1.2:1883 --json -"
        })
public final class BenchCommand implements Callable<Integer> {
    private static final long CLEANUP_AFTER_INTERRUPT_SECONDS = 20;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "mqtt://127.0.0.1:1883",
            description = "${DEFAULT-VALUE}")
    String url = "";

    @Option(
            names = "--subscribe-url",
            paramLabel = "URL",
            description = "A second broker that gets what is put to the first, as a unit linked with it does: the"
                    + " scenario latency then measures at both.")
    @Nullable
    String subscribeUrl;

    @Option(names = "--v5", description = "Speak MQTT 5 rather than 3.1.1.")
    boolean v5;

    @Option(names = "--user", description = "User name.")
    @Nullable
    String user;

    @Option(
            names = "--password",
            description = "Password; without a value it is asked for.",
            interactive = true,
            arity = "0..1")
    @Nullable
    String password;

    @Option(names = "--writers", defaultValue = "4", description = "Connections that put (${DEFAULT-VALUE}).")
    int writers;

    @Option(names = "--window", defaultValue = "64", description = "Unacknowledged puts of each (${DEFAULT-VALUE}).")
    int window;

    @Option(names = "--size", defaultValue = "100", description = "Bytes of a value (${DEFAULT-VALUE}).")
    int size;

    @Option(names = "--keys", defaultValue = "10000", description = "Keys that puts go to (${DEFAULT-VALUE}).")
    int keys;

    @Option(names = "--seconds", defaultValue = "5", description = "Time of a timed scenario (${DEFAULT-VALUE}).")
    int seconds;

    @Option(names = "--warmup", defaultValue = "2", description = "Seconds before it (${DEFAULT-VALUE}).")
    int warmup;

    @Option(names = "--rate", defaultValue = "1000", description = "Puts a second for latency (${DEFAULT-VALUE}).")
    int rate;

    @Option(names = "--keys-snapshot", defaultValue = "100000", description = "Keys of a snapshot (${DEFAULT-VALUE}).")
    int snapshotKeys;

    @Option(names = "--repeats", defaultValue = "3", description = "Snapshots for each QoS (${DEFAULT-VALUE}).")
    int repeats;

    @Option(
            names = "--subscribers",
            defaultValue = "50",
            description = "Subscribers of the fan-out (${DEFAULT-VALUE}).")
    int subscribers;

    @Option(names = "--keep", description = "Leave the keys in place.")
    boolean keep;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the results as JSON; - for standard output.")
    @Nullable
    String json;

    @Option(names = "--svg", paramLabel = "FILE", description = "Write the results as a picture.")
    @Nullable
    String svg;

    @Parameters(paramLabel = "scenario", description = "puts, put1, latency, snapshot, fanout, load.")
    List<String> scenarios = new ArrayList<>();

    /** Runs the scenarios and reports; an error is one sentence on standard error. */
    @Override
    public Integer call() {
        try {
            return measure();
        } catch (BenchException e) {
            System.err.println("bookshelf bench: " + e.getMessage());
            return 2;
        }
    }

    /** Runs the benchmark alone, without the rest of the command line. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new BenchCommand()).execute(args));
    }

    private int measure() {
        Target target = Target.parse(url, v5, user, password);
        Target elsewhere = elsewhere();
        List<Scenario> chosen = chosen();
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch ended = new CountDownLatch(1);
        Run run = new Run(target, elsewhere, options(), randomId(), stop, System.err);
        Thread onInterrupt = new Thread(() -> stopAndWait(stop, ended), "bench-interrupt");
        Runtime.getRuntime().addShutdownHook(onInterrupt);
        List<Result> results = new ArrayList<>();
        try {
            run.checkBrokers();
            for (Scenario scenario : chosen) {
                results.add(measure(run, scenario));
            }
        } finally {
            Cleanup.remove(run);
            ended.countDown();
        }
        report(results);
        return results.stream().allMatch(result -> result.problems().isEmpty()) ? 0 : 1;
    }

    private @Nullable Target elsewhere() {
        if (subscribeUrl == null) {
            return null;
        }
        if (!scenarios.equals(List.of("latency"))) {
            throw new BenchException("only latency is measured at two brokers: give --subscribe-url with the scenario"
                    + " latency alone");
        }
        return Target.parse(subscribeUrl, v5, user, password);
    }

    /** A broker that fails in one scenario may still be measured in the next. */
    private static Result measure(Run run, Scenario scenario) {
        run.say(name(scenario) + " ...");
        try {
            return scenario.run(run);
        } catch (BenchException e) {
            if (run.stopped()) {
                throw e;
            }
            return new Result(name(scenario), "not measured", List.of(), List.of(), List.of(e.getMessage()));
        }
    }

    private BenchOptions options() {
        return new BenchOptions(
                writers, window, size, keys, seconds, warmup, rate, snapshotKeys, repeats, subscribers, keep);
    }

    private List<Scenario> chosen() {
        List<String> names = scenarios.isEmpty() ? List.of("puts", "put1", "latency", "snapshot", "fanout") : scenarios;
        return names.stream().map(this::scenario).toList();
    }

    private Scenario scenario(String name) {
        return switch (name) {
            case "puts" -> new PutsScenario("puts", writers, window);
            case "put1" -> new PutsScenario("put1", 1, 1);
            case "latency" -> new LatencyScenario();
            case "snapshot" -> new SnapshotScenario();
            case "fanout" -> new FanoutScenario();
            case "load" -> new LoadScenario();
            default ->
                throw new BenchException(
                        "no scenario is called " + name + ": there are puts, put1, latency, snapshot, fanout and load");
        };
    }

    private static String name(Scenario scenario) {
        return switch (scenario) {
            case PutsScenario puts -> puts.name();
            case LatencyScenario ignored -> "latency";
            case SnapshotScenario ignored -> "snapshot";
            case FanoutScenario ignored -> "fanout";
            case LoadScenario ignored -> "load";
        };
    }

    private void report(List<Result> results) {
        if (svg != null) {
            write(svg, SvgReport.of(results));
        }
        if ("-".equals(json)) {
            print(JsonReport.of(results));
            return;
        }
        if (json != null) {
            write(json, JsonReport.of(results));
        }
        print(TextReport.of(results));
    }

    private static void print(String text) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.print(text);
        out.flush();
    }

    private static void write(String file, String text) {
        try {
            Files.writeString(Path.of(file), text);
        } catch (IOException e) {
            throw new BenchException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static void stopAndWait(AtomicBoolean stop, CountDownLatch ended) {
        stop.set(true);
        try {
            if (!ended.await(CLEANUP_AFTER_INTERRUPT_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("bookshelf bench: stopped before every key was deleted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String randomId() {
        return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    }
}
