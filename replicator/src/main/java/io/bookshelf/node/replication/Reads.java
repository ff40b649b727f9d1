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

    Input.Counted read(Effect.CountPage count) {
        String after = count.after().isEmpty() ? null : count.after();
        StoreReader.Page<String> page = reader.scan("", after, 0, pageEntries, pageBytes);
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
