package io.bookshelf.node.replication;

/**
 * Between a core and the one that takes its place after damage. From the transaction on in which the damage is noticed nothing that
 * the old one has handed in is kept, though it is on the bus already: it would claim again what that transaction takes back.
 */
final class Fence {
    private volatile boolean down;

    /** On the writer's thread. */
    void close() {
        down = true;
    }

    boolean isClosed() {
        return down;
    }
}
