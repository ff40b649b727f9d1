package io.bookshelf.cli.bench;

import java.util.List;
import java.util.Locale;

/**
 * Results as a picture: a line from p50 to p99 for each latency on a logarithmic axis, figures as text beside their
 * scenario. Its colours follow the reader's light or dark scheme.
 */
final class SvgReport {
    private static final int WIDTH = 760;
    private static final int LEFT = 270;
    private static final int RIGHT = 40;
    private static final int ROW = 22;
    private static final double LEAST_MICROS = 10;
    private static final double MOST_MICROS = 1e6;
    private static final String STYLE = """
            <style>
              text { font: 12px system-ui, sans-serif; fill: #1f2328 }
              .quiet { fill: #656d76 } .head { font-weight: 600 } .bad { fill: #b3261e }
              .grid { stroke: #d0d7de } .span { stroke: #2f6fd6; stroke-width: 6; stroke-linecap: round }
              .tail { stroke: #2f6fd6; stroke-width: 1.5 } .dot { fill: #123f87 }
              @media (prefers-color-scheme: dark) {
                text { fill: #e6edf3 } .quiet { fill: #9198a1 } .bad { fill: #ff8a80 }
                .grid { stroke: #3d444d } .span, .tail { stroke: #6ea3f7 } .dot { fill: #dbe8ff }
              }
            </style>
            """;

    private final StringBuilder body = new StringBuilder();
    private int y = ROW;

    private SvgReport() {}

    static String of(List<Result> results) {
        SvgReport report = new SvgReport();
        results.forEach(report::draw);
        int height = report.y + ROW;
        return String.format(
                        Locale.ROOT,
                        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
                                + " aria-label=\"Benchmark results\">%n",
                        WIDTH,
                        height)
                + STYLE
                + grid(height)
                + report.body
                + "</svg>\n";
    }

    private void draw(Result result) {
        text(10, "head", result.scenario());
        text(110, "quiet", result.setup());
        y += ROW;
        for (Measure measure : result.measures()) {
            text(24, "quiet", measure.name());
            text(LEFT, "", TextReport.number(measure.value()) + ' ' + measure.unit());
            y += ROW;
        }
        for (Percentiles latency : result.latencies()) {
            text(24, "quiet", latency.name());
            line("tail", x(latency.p99()), x(latency.max()));
            line("span", x(latency.p50()), x(latency.p99()));
            body.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"dot\" cx=\"%.1f\" cy=\"%d\" r=\"4\"><title>p50 %.3f, p90 %.3f, p99 %.3f,"
                            + " max %.3f ms</title></circle>%n",
                    x(latency.p50()),
                    y - 4,
                    latency.p50() / 1e3,
                    latency.p90() / 1e3,
                    latency.p99() / 1e3,
                    latency.max() / 1e3));
            y += ROW;
        }
        for (String problem : result.problems()) {
            text(24, "bad", "! " + problem);
            y += ROW;
        }
        y += ROW / 2;
    }

    private static String grid(int height) {
        StringBuilder grid = new StringBuilder();
        for (double micros = LEAST_MICROS; micros <= MOST_MICROS; micros *= 10) {
            double x = x(micros);
            grid.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%.1f\" y1=\"4\" x2=\"%.1f\" y2=\"%d\"/>"
                            + "<text class=\"quiet\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    x,
                    x,
                    height - 18,
                    x,
                    height - 4,
                    micros < 1e6 ? TextReport.number(micros / 1e3) + " ms" : "1 s"));
        }
        return grid.toString();
    }

    private static double x(double micros) {
        double within = Math.clamp(micros, LEAST_MICROS, MOST_MICROS);
        double share = Math.log10(within / LEAST_MICROS) / Math.log10(MOST_MICROS / LEAST_MICROS);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private void text(int x, String style, String text) {
        body.append(String.format(
                Locale.ROOT, "<text class=\"%s\" x=\"%d\" y=\"%d\">%s</text>%n", style, x, y, escape(text)));
    }

    private void line(String style, double from, double to) {
        body.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\"/>%n",
                style,
                from,
                y - 4,
                to,
                y - 4));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
