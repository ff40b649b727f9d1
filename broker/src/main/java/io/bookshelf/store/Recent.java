package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the log that are not in the entry table yet, or may not be. The writer changes it; any thread reads it
 * through a {@link View}.
 *
 * <p>New entries go to one generation; when that has grown to the bound it is folded into the table, slice by slice in key
 * order, while another one takes what is new.
 */
final class Recent {
    private final int mostEntries;
    private final long mostBytes;
    private volatile View view = new View(0, new Generation(), null);
    // The number of the log's last row, and that up to which it belongs to the generation being folded.
    private long lastLogId;
    private long foldingLogId;
    // The key up to which the generation is folded.
    private byte @Nullable [] folded;

    Recent(int mostEntries, long mostBytes) {
        this.mostEntries = mostEntries;
        this.mostBytes = mostBytes;
    }

    /**
     * What the entry table has under a key.
     *
     * @param whole false for a row that is damaged
     */
    record FileRow(boolean present, boolean whole, long checksum) {
        static final FileRow NONE = new FileRow(false, false, 0);

        static FileRow whole(long checksum) {
            return new FileRow(true, true, checksum);
        }
    }

    /**
     * A logged entry.
     *
     * @param key the key's bytes
     * @param checksum what {@link EntryTable} makes of the entry
     * @param file what the table has under the key until this entry is folded; null where that is not known
     */
    record Item(
            byte[] key,
            Entry entry,
            long checksum,
            @Nullable FileRow file) {}

    /** Some of the log's entries, each key once. */
    static final class Generation {
        // About what the objects of an entry and its places in the two maps take.
        private static final int OVERHEAD = 400;

        final ConcurrentNavigableMap<byte[], Item> byKey = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
        final ConcurrentNavigableMap<Long, Item> bySequence = new ConcurrentSkipListMap<>();
        // Counted here, as the maps would have to count anew each time.
        private int entries;
        private long bytes;
        // What folding gives back: entries in the log, those since replaced included, and values that they replace.
        private long logged;
        private long logRows;
        // Bounds that never grow back, to know without a look at each entry that there is nothing to do.
        private long firstExpiry = Long.MAX_VALUE;
        private long firstTombstone = Long.MAX_VALUE;

        void add(Item item) {
            Entry entry = item.entry;
            Item before = byKey.put(item.key, item);
            bySequence.put(entry.sequence(), item);
            entries++;
            bytes += weight(item);
            logged += weight(item);
            if (before != null) {
                entries--;
                bytes -= weight(before);
                if (before.entry.sequence() != entry.sequence()) {
                    bySequence.remove(before.entry.sequence());
                }
            }
            if (entry.deleted()) {
                firstTombstone = Math.min(firstTombstone, entry.version().stamp());
            } else if (entry.expiresAt() > 0) {
                firstExpiry = Math.min(firstExpiry, entry.expiresAt());
            }
        }

        /** About the bytes that an entry takes here. */
        static long weight(Item item) {
            return OVERHEAD + 3L * item.key.length + item.entry.value().length;
        }
    }

    /**
     * What a reader looks at, together with the file as it is at some moment after: there or here is every entry up to
     * {@code sequence}.
     *
     * @param recent what takes new entries
     * @param folding what is on its way into the entry table, null for nothing
     */
    record View(long sequence, Generation recent, @Nullable Generation folding) {
        @Nullable
        Item get(byte[] key) {
            Item item = recent.byKey.get(key);
            return item == null && folding != null ? folding.byKey.get(key) : item;
        }

        /** False if a generation has come or gone since {@code earlier}. */
        boolean sameGenerations(View earlier) {
            return recent == earlier.recent && folding == earlier.folding;
        }
    }

    View view() {
        return view;
    }

    long nextLogId() {
        return lastLogId + 1;
    }

    long foldingLogId() {
        return foldingLogId;
    }

    /** True if there is nothing to fold. */
    boolean isEmpty() {
        return view.folding == null && view.recent.logRows == 0;
    }

    /**
     * Puts in what has been logged, and makes it seen.
     *
     * @param freed bytes of values that are given back when this is folded
     */
    void add(List<Item> items, long logId, long sequence, long freed) {
        View before = view;
        items.forEach(before.recent::add);
        before.recent.logRows += logId - lastLogId;
        before.recent.logged += freed;
        lastLogId = logId;
        view = new View(sequence, before.recent, before.folding);
    }

    /** True if the generation that takes new entries is to be folded now. */
    boolean isFull() {
        return isBeyond(mostEntries, mostBytes);
    }

    /** True if there is enough of it that folding is worth its pages. */
    boolean isHalfFull() {
        return isBeyond(mostEntries / 2, mostBytes / 2);
    }

    private boolean isBeyond(long entries, long bytes) {
        Generation recent = view.recent;
        return recent.entries >= entries
                || recent.logRows >= entries
                || recent.bytes >= bytes
                || recent.logged >= 2 * bytes;
    }

    /** Begins to fold, unless that is under way. */
    void beginFolding() {
        View before = view;
        if (before.folding == null) {
            foldingLogId = lastLogId;
            folded = null;
            view = new View(before.sequence, new Generation(), before.recent);
        }
    }

    /** The next entries to be folded, in key order: at most so many, and at most one beyond so many bytes. */
    List<Item> slice(int most, long bytes) {
        Generation folding = view.folding;
        List<Item> slice = new ArrayList<>();
        if (folding == null) {
            return slice;
        }
        long weight = 0;
        for (Item item : (folded == null ? folding.byKey : folding.byKey.tailMap(folded, false)).values()) {
            if (slice.size() >= most || weight >= bytes) {
                break;
            }
            slice.add(item);
            weight += Generation.weight(item);
        }
        return slice;
    }

    /** True if nothing is left to be folded behind this slice. */
    boolean isLast(List<Item> slice) {
        Generation folding = view.folding;
        if (folding == null || folding.byKey.isEmpty()) {
            return true;
        }
        byte[] last = slice.isEmpty() ? folded : slice.getLast().key;
        return last != null && Arrays.equals(last, folding.byKey.lastKey());
    }

    /** A slice has been folded and committed. */
    void folded(List<Item> slice, boolean last) {
        if (last) {
            View before = view;
            view = new View(before.sequence, before.recent, null);
            folded = null;
        } else if (!slice.isEmpty()) {
            folded = slice.getLast().key;
        }
    }

    /** Live entries that expired by then and that nothing here is newer than. */
    List<Item> expired(long nowMillis) {
        List<Item> found = new ArrayList<>();
        View now = view;
        collectExpired(now.recent, null, nowMillis, found);
        if (now.folding != null) {
            collectExpired(now.folding, now.recent, nowMillis, found);
        }
        return found;
    }

    private static void collectExpired(Generation in, @Nullable Generation newer, long nowMillis, List<Item> found) {
        if (in.firstExpiry > nowMillis) {
            return;
        }
        for (Item item : in.byKey.values()) {
            Entry entry = item.entry;
            boolean due = !entry.deleted() && entry.expiresAt() > 0 && entry.expiresAt() <= nowMillis;
            if (due && (newer == null || !newer.byKey.containsKey(item.key))) {
                found.add(item);
            }
        }
    }

    /** True if there may be tombstones older than that. */
    boolean hasTombstonesBefore(long stamp) {
        View now = view;
        return now.recent.firstTombstone < stamp || (now.folding != null && now.folding.firstTombstone < stamp);
    }

    /** What the writer is to take the table to have when it puts another entry in place of this key's; null for unknown. */
    @Nullable
    FileRow fileRowBehind(Item item) {
        // What is being folded will be in the table before the entry that is newer.
        return view.recent.byKey.get(item.key) == item ? item.file : FileRow.whole(item.checksum);
    }

    @Nullable
    Item get(Key key) {
        return view.get(key.utf8());
    }

    /** Starts anew, with what the log of a file holds. */
    void reset(List<Item> items, long logId, long sequence) {
        Generation fresh = new Generation();
        items.forEach(fresh::add);
        fresh.logRows = logId;
        lastLogId = logId;
        foldingLogId = 0;
        folded = null;
        view = new View(sequence, fresh, null);
    }

    /** The newest entry of each key here. */
    List<Item> all() {
        View now = view;
        List<Item> all = new ArrayList<>();
        if (now.folding != null) {
            all.addAll(now.folding.byKey.values());
        }
        all.addAll(now.recent.byKey.values());
        return all;
    }
}
