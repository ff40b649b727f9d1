package io.bookshelf.node.replication;

/**
 * What comes over one link, as the writer's thread sees it. Once a frame of it was refused, the frames behind it do not count,
 * though they are well and on the bus already: a cursor or a claim that passed over a gap would be taken for a delete. Once a single
 * entry of it was refused, the frames behind it count, and claim nothing.
 */
final class Stream {
    private boolean refused;
    private boolean incomplete;

    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    /** An entry was not taken, and never will be. */
    void leaveOut() {
        incomplete = true;
    }

    boolean isIncomplete() {
        return incomplete;
    }
}
