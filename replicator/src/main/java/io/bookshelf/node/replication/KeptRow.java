package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;
import java.util.Map;

/** Rows of the unit's own that are to be kept; an empty one is deleted. */
public record KeptRow(Map<String, byte[]> kept) implements Submission {
    @Override
    public int weight() {
        return 64 + kept.values().stream().mapToInt(value -> value.length).sum();
    }
}
