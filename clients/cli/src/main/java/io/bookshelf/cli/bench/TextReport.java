package io.bookshelf.cli.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results as aligned text. */
final class TextReport {
    private static final int NAME = 34;
    private static final int NUMBER = 12;

    private TextReport() {}

    static String of(List<Result> results) {
        List<String> lines = new ArrayList<>();
        for (Result result : results) {
            lines.add(result.scenario() + ": " + result.setup());
            for (Measure measure : result.measures()) {
                lines.add(name(measure.name()) + right(number(measure.value())) + ' ' + measure.unit());
            }
            if (!result.latencies().isEmpty()) {
                lines.add(name("latency, ms") + right("p50") + right("p90") + right("p99") + right("max"));
            }
            for (Percentiles latency : result.latencies()) {
                lines.add(name(latency.name())
                        + millis(latency.p50())
                        + millis(latency.p90())
                        + millis(latency.p99())
                        + millis(latency.max()));
            }
            result.problems().forEach(problem -> lines.add("  ! " + problem));
            lines.add("");
        }
        return String.join("\n", lines);
    }

    /** A number with as many digits as say something. */
    static String number(double value) {
        if (value >= 100 || value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, value >= 10 ? "%.1f" : "%.2f", value);
    }

    private static String millis(double micros) {
        return right(String.format(Locale.ROOT, "%.3f", micros / 1e3));
    }

    private static String name(String name) {
        return "  " + name + " ".repeat(Math.max(1, NAME - name.length()));
    }

    private static String right(String text) {
        return " ".repeat(Math.max(1, NUMBER - text.length())) + text;
    }
}
