package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The small rows that the writer touched last, so that a busy key is not read again for each write. Bounded in rows and
 * bytes; holds only what has been committed.
 */
final class RowCache {
    private static final int MOST_ROWS = 4_096;
    private static final int MOST_BYTES = 1024 * 1024;
    private static final int LARGEST_ROW = 1_024;
    // About what the objects of a row take besides the bytes of key and value.
    private static final int OVERHEAD = 200;

    private final LinkedHashMap<Key, Stored> rows = new LinkedHashMap<>(64, 0.75f, true);
    private int bytes;

    /** An entry as the file has it, and its checksum. */
    record Stored(Entry entry, long checksum) {
        private int weight() {
            return OVERHEAD + 2 * entry.key().length() + entry.value().length;
        }
    }

    @Nullable
    Stored get(Key key) {
        return rows.get(key);
    }

    void put(Stored row) {
        remove(row.entry.key());
        if (row.weight() > LARGEST_ROW) {
            return;
        }
        rows.put(row.entry.key(), row);
        bytes += row.weight();
        Iterator<Map.Entry<Key, Stored>> eldest = rows.entrySet().iterator();
        while (rows.size() > MOST_ROWS || bytes > MOST_BYTES) {
            bytes -= eldest.next().getValue().weight();
            eldest.remove();
        }
    }

    void remove(Key key) {
        Stored before = rows.remove(key);
        if (before != null) {
            bytes -= before.weight();
        }
    }

    void clear() {
        rows.clear();
        bytes = 0;
    }
}
