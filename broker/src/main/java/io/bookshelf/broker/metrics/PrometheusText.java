package io.bookshelf.broker.metrics;

import java.math.BigDecimal;

/** Writes metrics in Prometheus' text format, version 0.0.4. Each metric is begun once and then gets its samples. */
final class PrometheusText {
    private final StringBuilder text = new StringBuilder();
    private String name = "";

    /** Begins a metric that only grows; its name ends in {@code _total}. */
    PrometheusText counter(String name, String help) {
        return begin(name, "counter", help);
    }

    /** Begins a metric that goes up and down. */
    PrometheusText gauge(String name, String help) {
        return begin(name, "gauge", help);
    }

    /** A sample of the metric begun last; labels as name, value, name, value. */
    PrometheusText sample(double value, String... labels) {
        return sample(number(value), labels);
    }

    /** As {@link #sample(double, String...)}. */
    PrometheusText sample(long value, String... labels) {
        return sample(Long.toString(value), labels);
    }

    private PrometheusText sample(String value, String[] labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            text.append(escape(labels[i + 1]).replace("\"", "\\\"")).append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private PrometheusText begin(String name, String type, String help) {
        this.name = name;
        text.append("# HELP ").append(name).append(' ').append(escape(help)).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    private static String escape(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : new BigDecimal(Double.toString(value)).toPlainString();
    }
}
