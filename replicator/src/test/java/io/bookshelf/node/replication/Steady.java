package io.bookshelf.node.replication;

import java.util.Random;

/** Gives nothing by chance: every delay is the middle one, and replica ids count from 1. */
final class Steady extends Random {
    private static final long serialVersionUID = 1;

    private long last;

    @Override
    public int nextInt(int bound) {
        return bound / 2;
    }

    @Override
    public long nextLong() {
        return ++last;
    }

    @Override
    public boolean nextBoolean() {
        return true;
    }
}
