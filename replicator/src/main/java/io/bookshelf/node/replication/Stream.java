package io.bookshelf.node.replication;

/**
 * What comes over one link, as the writer's thread sees it. Once a frame of it was refused, the frames behind it do not count,
 * though they are well and on the bus already: a cursor or a claim that passed over a gap would be taken for a delete.
 */
final class Stream {
    private boolean refused;

    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }
}
