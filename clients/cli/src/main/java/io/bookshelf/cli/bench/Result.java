package io.bookshelf.cli.bench;

import java.util.List;

/**
 * What a scenario found.
 *
 * @param scenario its name
 * @param setup what it did, in words
 * @param problems what the broker did not do: lost, refused or turned round; a sentence each
 */
record Result(
        String scenario, String setup, List<Measure> measures, List<Percentiles> latencies, List<String> problems) {
    Result {
        measures = List.copyOf(measures);
        latencies = List.copyOf(latencies);
        problems = List.copyOf(problems);
    }
}
