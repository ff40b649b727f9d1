package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** QoS 1 retained puts, as many as the broker acknowledges: {@code writers} connections, a window each. */
record PutsScenario(String name, int writers, int window) implements Scenario {
    @Override
    public Result run(Run run) {
        BenchOptions options = run.options();
        KeySpace space = run.keys(name, options.keys());
        try (Loop loop = run.loop()) {
            PutLoad load = new PutLoad(
                    run, loop, name, space, options.size(), writers, window, KeyOrder.random(options.keys()));
            load.runFor(options.warmup() * SECOND);
            load.startCounting();
            CpuMeter cpu = new CpuMeter();
            long start = System.nanoTime();
            load.runFor(options.seconds() * SECOND);
            double seconds = (System.nanoTime() - start) / 1e9;
            long acknowledged = load.acknowledged();
            Percentiles latencies = load.latencies().named("put to acknowledgement");
            Measure cost = cpu.per("put", acknowledged);
            List<String> problems = problems(load);
            String setup = String.format(
                    Locale.ROOT,
                    "%d %s x window %d, %d-byte values, %,d keys, %d s",
                    writers,
                    writers == 1 ? "writer" : "writers",
                    window,
                    options.size(),
                    options.keys(),
                    options.seconds());
            List<Measure> measures = List.of(new Measure("acknowledged", acknowledged / seconds, "puts/s"), cost);
            return new Result(name, setup, measures, List.of(latencies), problems);
        }
    }

    private static List<String> problems(PutLoad load) {
        List<String> problems = new ArrayList<>();
        long lost = load.drain();
        if (lost > 0) {
            problems.add(String.format(Locale.ROOT, "%,d puts were never acknowledged", lost));
        }
        if (load.refused() > 0) {
            problems.add(String.format(Locale.ROOT, "%,d puts were refused", load.refused()));
        }
        return problems;
    }
}
