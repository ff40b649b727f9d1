package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads as the bus does: damage found on the way is healed by the next transaction. */
final class HealingReader implements AutoCloseable {
    private final SqliteStateStore store;
    private StoreReader reader;

    HealingReader(SqliteStateStore store) {
        this.store = store;
        this.reader = store.openReader();
    }

    <T extends @Nullable Object> T read(Function<StoreReader, T> read) {
        try {
            return read.apply(reader);
        } catch (StoreException damaged) {
            assertThat(damaged.reason()).isEqualTo(StoreException.Reason.DAMAGED);
        }
        store.begin().close();
        reader.close();
        reader = store.openReader();
        return read.apply(reader);
    }

    @Nullable
    Entry get(Key key) {
        return this.<@Nullable Entry>read(rows -> rows.get(key));
    }

    @Override
    public void close() {
        reader.close();
    }
}
