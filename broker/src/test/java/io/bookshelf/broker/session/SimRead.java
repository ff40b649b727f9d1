package io.bookshelf.broker.session;

import io.bookshelf.store.StoreReader;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A read that was asked for: it is run against the store of one moment, and its result comes at another. */
final class SimRead<T> {
    final Function<StoreReader, T> job;
    final Consumer<T> then;

    @Nullable
    T result;

    SimRead(Function<StoreReader, T> job, Consumer<T> then) {
        this.job = job;
        this.then = then;
    }

    void run(StoreReader reader) {
        result = job.apply(reader);
    }

    void deliver() {
        T found = result;
        if (found != null) {
            then.accept(found);
        }
    }
}
