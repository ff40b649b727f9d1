package io.bookshelf.store;

import io.bookshelf.schema.Bucket;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Some of the log's entries, each key once. The writer adds to it; any thread reads it.
 *
 * <p>A key has one place here, whatever number of times it is written, so that a key that changes often costs a look into a
 * hash table and no more.
 */
final class Generation {
    // About what the objects of an entry and of its place take.
    private static final int OVERHEAD = 400;
    // About what an entry takes in the log besides its key and value.
    private static final int LOGGED_OVERHEAD = 100;
    private static final int CHAINS = 1_024;

    // For the writer alone: were readers to look here too, they could see a key's newer entry here and then its older
    // one there.
    private final Map<Key, Place> places = new HashMap<>();
    private final ConcurrentNavigableMap<byte[], Place> inOrder = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    private final SequenceLog sequences = new SequenceLog();
    // The places by their buckets: chains, each of the places of several buckets.
    private final AtomicReferenceArray<@Nullable Place> chains = new AtomicReferenceArray<>(CHAINS);
    // Counted here, as the maps would have to count anew each time.
    private int entries;
    private long bytes;
    // Room on the disk that folding gives back: entries in the log, those since replaced included, and values that they
    // replace.
    private long logged;
    private long logRows;
    // True once the table may have something else than the items say.
    private boolean tableUnknown;
    // Bounds that never grow back, to know without a look at each entry that there is nothing to do.
    private long firstExpiry = Long.MAX_VALUE;
    private long firstTombstone = Long.MAX_VALUE;

    /** Where the newest item of a key is. */
    static final class Place {
        // What comes next in the chain of its bucket.
        private final @Nullable Place next;
        private final int bucket;
        private volatile Recent.Item item;

        private Place(Recent.Item item, int bucket, @Nullable Place next) {
            this.item = item;
            this.bucket = bucket;
            this.next = next;
        }

        Recent.Item item() {
            return item;
        }

        long sequence() {
            return item.entry().sequence();
        }
    }

    /**
     * Adds what commits logged, in the order of the sequence.
     *
     * @param rows the rows of the log that it took
     * @param freed bytes of values that are given back when this is folded
     */
    void add(List<Recent.Item> items, long rows, long freed) {
        List<Place> moved = new ArrayList<>(items.size());
        for (Recent.Item item : items) {
            Place place = put(item);
            if (place != null) {
                moved.add(place);
            }
        }
        sequences.add(moved);
        logRows += rows;
        logged += freed;
    }

    /** Puts an item into its place, which is returned unless it is at that sequence already. */
    private @Nullable Place put(Recent.Item item) {
        Entry entry = item.entry();
        bytes += weight(item);
        logged += LOGGED_OVERHEAD
                + item.key().length
                + entry.value().length
                + entry.properties().weight();
        if (entry.deleted()) {
            firstTombstone = Math.min(firstTombstone, entry.version().stamp());
        } else if (entry.expiresAt() > 0) {
            firstExpiry = Math.min(firstExpiry, entry.expiresAt());
        }
        Place place = places.get(entry.key());
        if (place == null) {
            int bucket = Bucket.of(entry.key());
            place = new Place(item, bucket, chains.get(bucket % CHAINS));
            chains.set(bucket % CHAINS, place);
            places.put(entry.key(), place);
            inOrder.put(item.key(), place);
            entries++;
            return place;
        }
        Recent.Item before = place.item;
        bytes -= weight(before);
        place.item = item;
        return before.entry().sequence() == entry.sequence() ? null : place;
    }

    /** About the bytes that an entry takes here. */
    static long weight(Recent.Item item) {
        Entry entry = item.entry();
        return OVERHEAD
                + 3L * item.key().length
                + entry.value().length
                + entry.properties().weight();
    }

    /** For the writer. */
    Recent.@Nullable Item get(Key key) {
        return item(places.get(key));
    }

    /** For any thread. */
    Recent.@Nullable Item get(byte[] key) {
        return item(inOrder.get(key));
    }

    private static Recent.@Nullable Item item(@Nullable Place place) {
        return place == null ? null : place.item;
    }

    /** Hands over the items of a bucket, in no order. For any thread. */
    void inBucket(int bucket, Consumer<Recent.Item> found) {
        for (Place place = chains.get(bucket % CHAINS); place != null; place = place.next) {
            if (place.bucket == bucket) {
                found.accept(place.item);
            }
        }
    }

    /** The items with keys from {@code from} to before {@code end}, in the order of the keys. */
    Iterator<Recent.Item> between(byte[] from, byte[] end) {
        return items(inOrder.subMap(from, true, end, false).values());
    }

    /** The items with keys behind {@code after}, null for all, in the order of the keys. */
    Iterator<Recent.Item> behind(byte @Nullable [] after) {
        return items((after == null ? inOrder : inOrder.tailMap(after, false)).values());
    }

    private static Iterator<Recent.Item> items(Collection<Place> places) {
        Iterator<Place> each = places.iterator();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return each.hasNext();
            }

            @Override
            public Recent.Item next() {
                if (!each.hasNext()) {
                    throw new NoSuchElementException();
                }
                return each.next().item;
            }
        };
    }

    /** The items with sequences behind {@code after} up to {@code last}, in that order. */
    Iterator<Recent.Item> bySequence(long after, long last) {
        return sequences.between(after, last);
    }

    /** The greatest key, null if there is none. */
    byte @Nullable [] lastKey() {
        Map.Entry<byte[], Place> last = inOrder.lastEntry();
        return last == null ? null : last.getKey();
    }

    /** From now on the items do not say what the table has. */
    void forgetTable() {
        tableUnknown = true;
    }

    boolean isTableUnknown() {
        return tableUnknown;
    }

    /** The key is not asked for any more; the orders keep it. */
    void forget(Key key) {
        places.remove(key);
    }

    boolean isEmpty() {
        return logRows == 0;
    }

    /** True if it takes more memory than that, or its part of the log more than twice as much room. */
    boolean isBeyond(long mostEntries, long mostBytes) {
        return entries >= mostEntries || logRows >= mostEntries || bytes >= mostBytes || logged >= 2 * mostBytes;
    }

    /** True if an entry here may have expired by then. */
    boolean mayHaveExpired(long nowMillis) {
        return firstExpiry <= nowMillis;
    }

    /** True if there may be tombstones here older than that. */
    boolean mayHaveTombstonesBefore(long stamp) {
        return firstTombstone < stamp;
    }
}
