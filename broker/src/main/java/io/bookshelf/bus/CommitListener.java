package io.bookshelf.bus;

/** Is told of every commit, in order, on the writer's thread; it must return at once. */
@FunctionalInterface
public interface CommitListener {
    /** The batch is durable, or refused where its outcomes say so. */
    void committed(Commit commit);
}
