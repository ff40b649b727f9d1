package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;

/** Goes through the bus behind all that was committed before, and changes nothing. */
record Barrier(Runnable passed) implements Submission {
    @Override
    public int weight() {
        return 64;
    }
}
