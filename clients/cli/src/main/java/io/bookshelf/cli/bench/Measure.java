package io.bookshelf.cli.bench;

/** One figure that a scenario found. */
record Measure(String name, double value, String unit) {}
