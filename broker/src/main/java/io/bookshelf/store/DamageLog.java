package io.bookshelf.store;

import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts damaged rows, each once however often it is read. Any thread. */
final class DamageLog {
    // Beyond so many the count stands still: the file is rotten, and memory is bounded.
    private static final int MOST_REMEMBERED = 100_000;

    /** For whoever reads the log. */
    static final String SENTENCE = "a row of the store is damaged: what it held is lost";

    private final Set<Long> seen = ConcurrentHashMap.newKeySet();
    private final AtomicLong rows = new AtomicLong();

    /**
     * A row's checksum does not hold.
     *
     * @param keyHash a hash of what names the row
     * @param checksum the checksum that stands in the row
     */
    void row(String table, int keyHash, long checksum) {
        long fingerprint = ((long) keyHash << 32) ^ checksum ^ ((long) table.hashCode() << 16);
        if (seen.size() < MOST_REMEMBERED && seen.add(fingerprint)) {
            rows.incrementAndGet();
        }
    }

    /** An entry's checksum does not hold. */
    void row(EntryTable.Row row) {
        row("entry", Arrays.hashCode(row.key()), row.checksum());
    }

    /** How many. */
    long rows() {
        return rows.get();
    }
}
