package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The logged entries of a view in order, each key at its newest. */
final class Merge implements Iterator<Recent.Item> {
    private final Recent.View view;
    private final Iterator<Recent.Item> newer;
    private final Iterator<Recent.Item> older;
    private final Comparator<Recent.Item> order;
    private Recent.@Nullable Item newerNext;
    private Recent.@Nullable Item olderNext;

    private Merge(
            Recent.View view, Iterator<Recent.Item> newer, Iterator<Recent.Item> older, Comparator<Recent.Item> order) {
        this.view = view;
        this.newer = newer;
        this.older = older;
        this.order = order;
        newerNext = next(newer);
        nextOlder();
    }

    /** By key, from {@code from} to before {@code end}. */
    static Merge byKey(Recent.View view, byte[] from, byte[] end) {
        Generation folding = view.folding();
        return new Merge(
                view,
                view.recent().between(from, end),
                folding == null ? Collections.emptyIterator() : folding.between(from, end),
                (a, b) -> Arrays.compareUnsigned(a.key(), b.key()));
    }

    /** By sequence, behind {@code after} up to the view's own. */
    static Merge bySequence(Recent.View view, long after) {
        long last = Math.max(after, view.sequence());
        Generation folding = view.folding();
        return new Merge(
                view,
                view.recent().bySequence(after, last),
                folding == null ? Collections.emptyIterator() : folding.bySequence(after, last),
                Comparator.comparingLong(item -> item.entry().sequence()));
    }

    /** Of two entries of the same key, true if the first is the newer: expiry leaves the sequence as it is. */
    static boolean isNewer(Entry a, Entry b) {
        return a.sequence() != b.sequence() ? a.sequence() > b.sequence() : a.deleted() && !b.deleted();
    }

    private static Recent.@Nullable Item next(Iterator<Recent.Item> items) {
        return items.hasNext() ? items.next() : null;
    }

    private void nextOlder() {
        Recent.Item item;
        Recent.Item newest;
        do {
            item = next(older);
            newest = item == null ? null : view.recent().get(item.key());
            // One that has moved to a place further on comes there.
        } while (item != null && newest != null && order.compare(item, newest) != 0);
        // The iterator over the newer ones may have passed this place before there was anything.
        olderNext = newest == null ? item : newest;
    }

    /** What comes next, null for nothing. */
    Recent.@Nullable Item peek() {
        Recent.Item a = newerNext;
        Recent.Item b = olderNext;
        return a == null || (b != null && order.compare(b, a) < 0) ? b : a;
    }

    @Override
    public boolean hasNext() {
        return peek() != null;
    }

    @Override
    public Recent.Item next() {
        Recent.Item item = peek();
        if (item == null) {
            throw new NoSuchElementException();
        }
        Recent.Item a = newerNext;
        Recent.Item b = olderNext;
        if (a != null && order.compare(a, item) == 0) {
            newerNext = next(newer);
        }
        if (b != null && order.compare(b, item) == 0) {
            nextOlder();
        }
        return item;
    }
}
