package io.bookshelf.client;

import io.bookshelf.client.wire.WireException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Waiting for what is asynchronous. */
final class Futures {
    private Futures() {}

    /** Waits; what made it fail is thrown as if from here. */
    static <T> T join(CompletableFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw thrown(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswerException("interrupted while waiting for an answer");
        }
    }

    private static RuntimeException thrown(Throwable cause) {
        return switch (cause) {
            case BookshelfException known -> {
                known.setStackTrace(Thread.currentThread().getStackTrace());
                yield known;
            }
            case RuntimeException unchecked -> unchecked;
            default -> new IllegalStateException(cause);
        };
    }

    static Throwable root(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** What a connection did not do, as what a caller catches. */
    static BookshelfException exception(Throwable failure) {
        Throwable root = root(failure);
        if (root instanceof BookshelfException known) {
            return known;
        }
        String sentence = String.valueOf(root.getMessage());
        return root instanceof WireException wire && wire.kind() == WireException.Kind.REFUSED
                ? new RefusedException(wire.code(), sentence)
                : new UnreachableException(sentence);
    }
}
