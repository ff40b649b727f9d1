package io.bookshelf.node.replication;

import io.bookshelf.replica.Effect;
import io.bookshelf.replica.Input;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.wire.Frames;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreReader;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads for a core.
 *
 * @param pageEntries most entries of a page
 * @param pageBytes a page ends with the entry that makes it as large as that
 */
record Reads(StateStore store, StoreReader reader, int pageEntries, int pageBytes) {
    /** True if nothing has been stored. A page without entries may only have passed over some. */
    static boolean isEmpty(StoreReader reader) {
        StoreReader.Page<Long> first = reader.changesAfter(0, 0, 1, 1);
        return first.entries().isEmpty() && first.next() == null;
    }

    Input.Page read(Effect.ReadPage read) {
        long damage = store.health().damagedRows();
        StoreReader.Page<Long> page = reader.changesAfter(read.after(), 0, pageEntries, pageBytes);
        Long next = page.next();
        return new Input.Page(
                read.link(),
                page.entries(),
                next == null ? page.sequence() : next,
                page.sequence(),
                next != null,
                store.health().damagedRows() != damage);
    }

    /**
     * A page with at least one entry, unless there is none left: counting goes on behind the last entry, so it must not be handed
     * a page of nothing but tombstones. Whoever stops the thread gets what has been read by then.
     */
    Input.Counted read(Effect.CountPage count) {
        String after = count.after().isEmpty() ? null : count.after();
        StoreReader.Page<String> page = reader.scan("", after, 0, pageEntries, pageBytes);
        while (page.entries().isEmpty()
                && page.next() != null
                && !Thread.currentThread().isInterrupted()) {
            page = reader.scan("", page.next(), 0, pageEntries, pageBytes);
        }
        return new Input.Counted(count.ticket(), page.entries(), page.next() == null);
    }

    Input.Buckets read(Effect.ReadBuckets read) {
        Map<Integer, List<Entry>> found = new HashMap<>();
        long bytes = 0;
        for (int bucket : read.buckets()) {
            List<Entry> leaf = reader.bucket(bucket);
            found.put(bucket, leaf);
            bytes += leaf.stream().mapToLong(Frames::size).sum();
            if (bytes >= read.bytes()) {
                break;
            }
        }
        return new Input.Buckets(read.ticket(), found);
    }
}
