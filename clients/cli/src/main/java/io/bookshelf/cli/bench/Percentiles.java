package io.bookshelf.cli.bench;

/** Percentiles of {@code count} latencies, in microseconds. */
record Percentiles(String name, long count, double p50, double p90, double p99, double max) {}
