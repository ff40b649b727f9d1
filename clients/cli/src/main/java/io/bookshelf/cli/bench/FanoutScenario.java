package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One writer with a full window and many subscribers to all it writes; then the latency to all of them at leisure. */
record FanoutScenario() implements Scenario {
    private static final int KEYS = 1_000;
    private static final int CALM_RATE = 100;

    @Override
    public Result run(Run run) {
        BenchOptions options = run.options();
        KeySpace space = run.keys("fanout", Math.min(KEYS, options.keys()));
        List<Percentiles> latencies = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<Measure> measures = new ArrayList<>(crowd(run, space, latencies, problems));
        KeySpace calm = run.keys("fanout-calm", space.count());
        String name = "put to subscriber at " + CALM_RATE + " puts/s";
        LatencyScenario.measure(run, calm, options.subscribers(), 0, CALM_RATE, name, latencies, problems);
        String setup = String.format(
                Locale.ROOT,
                "1 writer x window %d, %d QoS 0 subscribers, %d-byte values, %d s",
                options.window(),
                options.subscribers(),
                options.size(),
                options.seconds());
        return new Result("fanout", setup, measures, latencies, problems);
    }

    private static List<Measure> crowd(Run run, KeySpace space, List<Percentiles> latencies, List<String> problems) {
        BenchOptions options = run.options();
        try (Subscribers subscribers = new Subscribers(run, run.target(), space, options.subscribers(), 0);
                Loop loop = run.loop()) {
            KeyOrder order = KeyOrder.cycle(space.count());
            PutLoad load = new PutLoad(run, loop, "fanout", space, options.size(), 1, options.window(), order);
            load.runFor(options.warmup() * Scenario.SECOND);
            int warmup = load.first().sent();
            subscribers.countFrom(warmup + 1);
            CpuMeter cpu = new CpuMeter();
            long start = System.nanoTime();
            load.runFor(options.seconds() * Scenario.SECOND);
            long lost = load.drain();
            subscribers.finish(load.first(), space.count());
            double seconds = Math.max(subscribers.lastArrival() - start, 1) / 1e9;
            Measure cost = cpu.per("delivery", subscribers.counted());
            latencies.add(subscribers.latencies().named("put to subscriber, window full"));
            problems.addAll(subscribers.problems());
            if (lost > 0) {
                problems.add(String.format(Locale.ROOT, "%,d puts were never acknowledged", lost));
            }
            return List.of(
                    new Measure("deliveries", subscribers.counted() / seconds, "/s"),
                    new Measure("puts", (load.first().sent() - warmup) / seconds, "/s"),
                    cost);
        }
    }
}
