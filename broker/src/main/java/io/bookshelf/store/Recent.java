package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    // The number of the log's last row, that up to which it belongs to the generation being folded, that up to which
    // all is in
    // the table, and that up to which it has been deleted.
    private long lastLogId;
    private long foldingLogId;
    private long foldedLogId;
    private long deletedLogId;
    // The key up to which the generation is folded.
    private byte @Nullable [] folded;
    // The last one that was folded: what the table has under its keys unless something here is newer. For the writer
    // only.
    private @Nullable Generation settled;

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

    /**
     * What a reader looks at, together with the file as it is at some moment after: there or here is every entry up to
     * {@code sequence}.
     *
     * @param recent what takes new entries
     * @param folding what is on its way into the entry table, null for nothing
     */
    record View(long sequence, Generation recent, @Nullable Generation folding) {
        /** For the writer. */
        @Nullable
        Item get(Key key) {
            Item item = recent.get(key);
            return item == null && folding != null ? folding.get(key) : item;
        }

        /** For any thread. */
        @Nullable
        Item get(byte[] key) {
            Item item = recent.get(key);
            return item == null && folding != null ? folding.get(key) : item;
        }

        /** The newest items of a bucket, by key. For any thread. */
        Map<Key, Item> inBucket(int bucket) {
            Map<Key, Item> found = new TreeMap<>();
            if (folding != null) {
                folding.inBucket(bucket, item -> found.put(item.entry.key(), item));
            }
            recent.inBucket(bucket, item -> found.put(item.entry.key(), item));
            return found;
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

    /** The number of the log's first row, or of the next where it is empty. */
    long firstLogId() {
        return deletedLogId + 1;
    }

    /** The row of the log up to which it may be deleted, at most so many rows of it at once; 0 for nothing. */
    long deletableLogId(long most) {
        return deletedLogId < foldedLogId ? Math.min(foldedLogId, deletedLogId + most) : 0;
    }

    void deletedLog(long throughId) {
        deletedLogId = throughId;
    }

    /** True if there is nothing to fold. */
    boolean isEmpty() {
        return view.folding == null && view.recent.isEmpty() && deletableLogId(1) == 0;
    }

    /**
     * Puts in what has been logged, and makes it seen.
     *
     * @param freed bytes of values that are given back when this is folded
     */
    void add(List<Item> items, long logId, long sequence, long freed) {
        View before = view;
        before.recent.add(items, logId - lastLogId, freed);
        lastLogId = logId;
        view = new View(sequence, before.recent, before.folding);
    }

    /** True if the generation that takes new entries is to be folded now. */
    boolean isFull() {
        return view.recent.isBeyond(mostEntries, mostBytes);
    }

    /** True if there is enough of it that folding is worth its pages. */
    boolean isHalfFull() {
        return view.recent.isBeyond(mostEntries / 2, mostBytes / 2);
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
        Iterator<Item> left = folding.behind(folded);
        while (slice.size() < most && weight < bytes && left.hasNext()) {
            Item item = left.next();
            slice.add(item);
            weight += Generation.weight(item);
        }
        return slice;
    }

    /** True if nothing is left to be folded behind this slice. */
    boolean isLast(List<Item> slice) {
        Generation folding = view.folding;
        byte[] lastKey = folding == null ? null : folding.lastKey();
        if (lastKey == null) {
            return true;
        }
        byte[] last = slice.isEmpty() ? folded : slice.getLast().key;
        return last != null && Arrays.equals(last, lastKey);
    }

    /** A slice has been folded and committed. */
    void folded(List<Item> slice, boolean last) {
        if (last) {
            View before = view;
            view = new View(before.sequence, before.recent, null);
            settled = before.folding;
            foldedLogId = foldingLogId;
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
        if (!in.mayHaveExpired(nowMillis)) {
            return;
        }
        Iterator<Item> items = in.behind(null);
        while (items.hasNext()) {
            Item item = items.next();
            Entry entry = item.entry;
            boolean due = !entry.deleted() && entry.expiresAt() > 0 && entry.expiresAt() <= nowMillis;
            if (due && (newer == null || newer.get(entry.key()) == null)) {
                found.add(item);
            }
        }
    }

    /** True if there may be tombstones older than that. */
    boolean hasTombstonesBefore(long stamp) {
        View now = view;
        return now.recent.mayHaveTombstonesBefore(stamp)
                || (now.folding != null && now.folding.mayHaveTombstonesBefore(stamp));
    }

    /** What the writer is to take the table to have when it puts another entry in place of this key's; null for unknown. */
    @Nullable
    FileRow fileRowBehind(Item item) {
        // What is being folded will be in the table before the entry that is newer.
        return view.recent.get(item.entry.key()) == item ? fileRow(view.recent, item) : FileRow.whole(item.checksum);
    }

    /** What the table has under the key of an item of the generation that is being folded; null for unknown. */
    @Nullable
    FileRow fileRowUnder(Item item) {
        return view.folding == null ? null : fileRow(view.folding, item);
    }

    private static @Nullable FileRow fileRow(Generation generation, Item item) {
        return generation.isTableUnknown() ? null : item.file;
    }

    /** Entries of the log are about to reach the table in another way than by folding. */
    void forgetTable() {
        View now = view;
        now.recent.forgetTable();
        if (now.folding != null) {
            now.folding.forgetTable();
        }
        settled = null;
    }

    /** The log is empty: all that is here is in the table. */
    void drained() {
        foldedLogId = lastLogId;
        deletedLogId = lastLogId;
        folded = null;
        view = new View(view.sequence, new Generation(), null);
    }

    @Nullable
    Item get(Key key) {
        return view.get(key);
    }

    /** What the table is known to have under a key that is not here any more, null where it is not known. */
    @Nullable
    Item settled(Key key) {
        return settled == null ? null : settled.get(key);
    }

    /** The table's row of a key is gone. */
    void forget(Key key) {
        if (settled != null) {
            settled.forget(key);
        }
    }

    /** Gives back the memory that is held to know what the table has. */
    void forgetSettled() {
        settled = null;
    }

    /**
     * Starts anew, with what the log of a file holds: the newest entry of each key.
     *
     * @param firstLogId the number of the log's first row
     */
    void reset(Collection<Item> items, long firstLogId, long logId, long sequence) {
        List<Item> bySequence = new ArrayList<>(items);
        bySequence.sort(Comparator.comparingLong(item -> item.entry.sequence()));
        Generation fresh = new Generation();
        deletedLogId = Math.max(0, firstLogId - 1);
        fresh.add(bySequence, logId - deletedLogId, 0);
        lastLogId = logId;
        foldingLogId = 0;
        foldedLogId = 0;
        folded = null;
        settled = null;
        view = new View(sequence, fresh, null);
    }

    /** The newest entry of each key here, after older ones of some. */
    List<Item> all() {
        View now = view;
        List<Item> all = new ArrayList<>();
        if (now.folding != null) {
            now.folding.behind(null).forEachRemaining(all::add);
        }
        now.recent.behind(null).forEachRemaining(all::add);
        return all;
    }
}
