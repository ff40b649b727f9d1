package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;
import io.bookshelf.bus.Write;

/** A write of a client in the simulation. */
record SimWrite(Write write) implements Submission {
    @Override
    public int weight() {
        return 64;
    }
}
