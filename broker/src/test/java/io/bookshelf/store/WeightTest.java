package io.bookshelf.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.ValueProperties;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What bounds memory counts properties too: they may be larger than any value. */
final class WeightTest {
    private static final int PROPERTY_BYTES = 100_000;

    private static Entry withProperties(int number) {
        Entry entry = Entries.live("k/" + number, "x", number);
        return new Entry(
                entry.key(),
                entry.value(),
                false,
                0,
                ValueProperties.NONE.withUser(
                        List.of(new ValueProperties.Property("name", "v".repeat(PROPERTY_BYTES)))),
                entry.version(),
                entry.counter(),
                entry.seen(),
                0,
                number);
    }

    @Test
    void newEntriesAreFoldedByWhatTheyHold() {
        Recent recent = new Recent(1_000, 1024 * 1024);
        LogBatch.Encoder encoder = new LogBatch.Encoder();
        for (int i = 1; i <= 20; i++) {
            recent.add(List.of(encoder.add(withProperties(i), null)), i, i, 0);
        }
        assertThat(recent.isFull()).isTrue();
    }

    @Test
    void aPageEndsByWhatItHolds(@TempDir Path folder) {
        try (SqliteStateStore store =
                        SqliteStateStore.open(folder, StoreOptions.defaults().withReserveBytes(0));
                StoreReader reader = store.openReader()) {
            try (WriteTransaction tx = store.begin()) {
                for (int i = 1; i <= 20; i++) {
                    tx.put(withProperties(i));
                }
                tx.commit(20, 5, Map.of());
            }
            assertThat(reader.scan("", null, 0, 1_000, 256 * 1024).entries()).hasSizeLessThan(5);
        }
    }
}
