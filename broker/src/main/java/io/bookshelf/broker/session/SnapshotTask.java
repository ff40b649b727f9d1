package io.bookshelf.broker.session;

import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.store.StoreReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The snapshot of one subscription, delivered page by page in key order. */
final class SnapshotTask {
    /** Filters that ask for an end-of-snapshot marker start with this. */
    static final String MARKER_PREFIX = "$bookshelf/snapshot/";

    private static final int ROWS_A_READ = 4_096;

    /** The snapshots of one SUBSCRIBE, for its markers. */
    static final class Group {
        long count;
        long sequence = Long.MAX_VALUE;

        /** Delivered, but not vouched for yet: if the connection breaks before the marker, they are delivered again. */
        final List<Subscription> unmarked = new ArrayList<>();

        int markersToCome;
    }

    /** One step of the scan: matching values, the sequence it was read at, and the last key looked at (null at the end). */
    record Step(
            List<Entry> entries, long sequence, @Nullable Key next) {}

    final Subscription subscription;
    final Group group;

    /** The scan has looked at all keys up to this one; null before the first. */
    private @Nullable Key scanned;

    SnapshotTask(Subscription subscription, Group group) {
        this.subscription = subscription;
        this.group = group;
        if (isMarker()) {
            group.markersToCome++;
        }
    }

    boolean isMarker() {
        return subscription.filter.filter().startsWith(MARKER_PREFIX);
    }

    boolean isSystem() {
        return subscription.filter.filter().startsWith("$");
    }

    /** True if the scan has not come to the key yet, so that a change of it need not be delivered on its own. */
    boolean aheadOfScan(Key key) {
        Key last = scanned;
        return last == null || key.compareTo(last) > 0;
    }

    /** Reads on; any thread, the arguments having been taken on the loop. */
    static Step read(
            StoreReader reader, TopicFilter filter, @Nullable Key after, long now, int mostRows, int mostBytes) {
        if (filter.exact()) {
            return readOne(reader, filter, now);
        }
        List<Entry> found = new ArrayList<>();
        String from = after == null ? null : after.name();
        long sequence = Long.MAX_VALUE;
        int bytes = 0;
        int looked = 0;
        do {
            StoreReader.Page<String> page = reader.scan(filter.literalPrefix(), from, now, mostRows, mostBytes);
            for (Entry entry : page.entries()) {
                if (filter.matches(entry.key().name())) {
                    found.add(entry);
                    bytes += entry.value().length
                            + entry.key().length()
                            + entry.properties().weight();
                }
            }
            sequence = Math.min(sequence, page.sequence());
            looked += page.entries().size();
            from = page.next();
        } while (from != null && found.size() < mostRows / 2 && bytes < mostBytes / 2 && looked < ROWS_A_READ);
        return new Step(found, sequence, from == null ? null : Key.of(from));
    }

    private static Step readOne(StoreReader reader, TopicFilter filter, long now) {
        // The key that is the prefix itself sorts before all others that start with it.
        StoreReader.Page<String> page = reader.scan(filter.filter(), null, now, 1, Integer.MAX_VALUE);
        List<Entry> found = page.entries().stream()
                .filter(entry -> entry.key().name().equals(filter.filter()))
                .toList();
        return new Step(found, page.sequence(), null);
    }

    /** Goes on behind a step; true if it was the last. */
    boolean advance(Step step) {
        group.count += step.entries.size();
        group.sequence = Math.min(group.sequence, step.sequence);
        scanned = step.next;
        return step.next == null;
    }

    /** Where the next read goes on. */
    @Nullable
    Key scanned() {
        return scanned;
    }
}
