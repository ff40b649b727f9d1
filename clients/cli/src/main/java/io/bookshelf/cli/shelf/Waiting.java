package io.bookshelf.cli.shelf;

import io.bookshelf.client.BookshelfException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Waiting for answers of the library, whose failures come wrapped. */
final class Waiting {
    private Waiting() {}

    static void join(CompletableFuture<Void> future) {
        try {
            future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof BookshelfException known) {
                throw known;
            }
            throw e;
        }
    }
}
