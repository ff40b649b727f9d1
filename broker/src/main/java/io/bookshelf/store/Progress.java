package io.bookshelf.store;

/** Is told how far long work has come, now and then, on the thread that does it. */
@FunctionalInterface
public interface Progress {
    /** For work that nobody watches. */
    Progress UNSEEN = (done, total) -> {};

    /**
     * How far it is.
     *
     * @param done bytes or rows, at most {@code total}
     * @param total how many there are, as far as that can be known; at least 1
     */
    void at(long done, long total);
}
