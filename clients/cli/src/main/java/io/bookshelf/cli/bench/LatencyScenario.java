package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * From the intended time of a put to its arrival at a subscriber, at a fixed rate; QoS 0 and QoS 1 subscribers, here and,
 * where a second broker is named, there in the same run.
 */
record LatencyScenario() implements Scenario {
    private static final int KEYS = 1_000;

    /** What is measured at the second broker has this behind its name. */
    private static final String ELSEWHERE = " elsewhere";

    @Override
    public Result run(Run run) {
        BenchOptions options = run.options();
        List<Percentiles> latencies = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        List<Measure> measures = new ArrayList<>();
        for (int qos = 0; qos <= 1; qos++) {
            KeySpace space = run.keys("latency" + qos, Math.min(KEYS, options.keys()));
            String to = "put to QoS " + qos + " subscriber";
            measures.addAll(measure(run, space, 1, qos, options.rate(), to, latencies, problems));
        }
        String setup = String.format(
                Locale.ROOT,
                "%,d puts/s, %d-byte values, one subscriber%s, %d s",
                options.rate(),
                options.size(),
                run.places().size() == 1 ? "" : " here and one elsewhere",
                options.seconds());
        return new Result("latency", setup, measures, latencies, problems);
    }

    /** Measures with {@code count} subscribers at each place, and adds what it finds to the lists. */
    static List<Measure> measure(
            Run run,
            KeySpace space,
            int count,
            int qos,
            int rate,
            String name,
            List<Percentiles> latencies,
            List<String> problems) {
        BenchOptions options = run.options();
        List<Subscribers> places = new ArrayList<>();
        try (Loop loop = run.loop()) {
            run.places().forEach(place -> places.add(new Subscribers(run, place, space, count, qos)));
            PacedWriter paced = new PacedWriter(run, loop, space, rate);
            long warmup = (long) options.warmup() * rate;
            places.forEach(subscribers -> subscribers.countFrom((int) warmup + 1));
            CpuMeter cpu = new CpuMeter();
            paced.run(warmup + (long) options.seconds() * rate);
            long lost = paced.drain();
            places.forEach(subscribers -> subscribers.finish(paced.writer(), space.count()));
            Measure cost =
                    cpu.per("generator CPU, QoS " + qos, "put", paced.writer().sent());
            for (Subscribers subscribers : places) {
                String where = subscribers == places.getFirst() ? "" : ELSEWHERE;
                latencies.add(subscribers.latencies().named(name + where));
                subscribers.problems().forEach(problem -> problems.add(problem + where));
            }
            if (lost > 0) {
                problems.add(String.format(Locale.ROOT, "%,d puts were never acknowledged", lost));
            }
            Percentiles late = paced.lateness().named("");
            return List.of(cost, new Measure("generator late, QoS " + qos + " p99", late.p99(), "µs"));
        } finally {
            places.forEach(Subscribers::close);
        }
    }
}
