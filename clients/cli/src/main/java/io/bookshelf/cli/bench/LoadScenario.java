package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Puts every key of a snapshot once; with {@code --keep} a way to fill a broker. */
record LoadScenario() implements Scenario {
    /** Nobody waits longer than this for a load to end. */
    private static final long MOST = 600 * SECOND;

    @Override
    public Result run(Run run) {
        KeySpace space = run.keys("load", run.options().snapshotKeys());
        List<String> problems = new ArrayList<>();
        double seconds = fill(run, space, problems);
        Measure rate = new Measure("acknowledged", space.writtenCount() / seconds, "puts/s");
        String setup = String.format(
                Locale.ROOT,
                "%,d keys of %d bytes, once each",
                space.count(),
                run.options().size());
        return new Result("load", setup, List.of(rate, new Measure("time", seconds * 1e3, "ms")), List.of(), problems);
    }

    /** Puts every key once; returns the seconds it took. */
    static double fill(Run run, KeySpace space, List<String> problems) {
        BenchOptions options = run.options();
        try (Loop loop = run.loop()) {
            PutLoad load = new PutLoad(
                    run,
                    loop,
                    "load",
                    space,
                    options.size(),
                    options.writers(),
                    options.window(),
                    KeyOrder.once(space.count()));
            long start = System.nanoTime();
            if (!load.runToEnd(start + MOST)) {
                problems.add(String.format(
                        Locale.ROOT,
                        "only %,d of %,d puts were acknowledged while loading",
                        load.acknowledged(),
                        space.count()));
            }
            return (System.nanoTime() - start) / 1e9;
        }
    }
}
