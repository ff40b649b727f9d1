package io.bookshelf.store;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The places of a generation in the order of their sequences. The writer adds to it; any thread reads it.
 *
 * <p>A place stands here once for each sequence that it has had; only the one that it still has counts.
 */
final class SequenceLog {
    private static final Generation.Place[] NO_PLACES = new Generation.Place[0];

    // What is added lies behind the size that a reader knows, so the arrays can be shared.
    private volatile State state = new State(new long[0], NO_PLACES, 0);

    private record State(long[] sequences, Generation.Place[] places, int size) {}

    /** Adds places that hold their items already, in the order of their sequences. */
    void add(List<Generation.Place> added) {
        State before = state;
        if (added.isEmpty()) {
            return;
        }
        boolean behind = before.size == 0 || added.getFirst().sequence() > before.sequences[before.size - 1];
        state = behind ? append(before, added) : merge(before, added);
    }

    private static State append(State before, List<Generation.Place> added) {
        int size = before.size + added.size();
        long[] sequences = before.sequences;
        Generation.Place[] places = before.places;
        if (size > sequences.length) {
            int capacity = Math.max(size, 2 * sequences.length);
            sequences = Arrays.copyOf(sequences, capacity);
            places = Arrays.copyOf(places, capacity);
        }
        int at = before.size;
        for (Generation.Place place : added) {
            sequences[at] = place.sequence();
            places[at++] = place;
        }
        return new State(sequences, places, size);
    }

    /** Expiry changes an entry without a new sequence, so an old one may come late. */
    private static State merge(State before, List<Generation.Place> added) {
        int most = before.size + added.size();
        long[] sequences = new long[most];
        Generation.Place[] places = new Generation.Place[most];
        int size = 0;
        int old = 0;
        for (Generation.Place place : added) {
            long sequence = place.sequence();
            while (old < before.size && before.sequences[old] < sequence) {
                sequences[size] = before.sequences[old];
                places[size++] = before.places[old++];
            }
            if (old < before.size && before.sequences[old] == sequence) {
                old++;
            }
            sequences[size] = sequence;
            places[size++] = place;
        }
        while (old < before.size) {
            sequences[size] = before.sequences[old];
            places[size++] = before.places[old++];
        }
        return new State(sequences, places, size);
    }

    /** The items behind {@code after} up to {@code last}, in the order of their sequences. */
    Iterator<Recent.Item> between(long after, long last) {
        State now = state;
        int found = Arrays.binarySearch(now.sequences, 0, now.size, after);
        return new Items(now, found >= 0 ? found + 1 : -found - 1, last);
    }

    private static final class Items implements Iterator<Recent.Item> {
        private final State state;
        private final long last;
        private int at;
        private Recent.@Nullable Item next;

        Items(State state, int from, long last) {
            this.state = state;
            this.last = last;
            at = from;
            advance();
        }

        private void advance() {
            next = null;
            while (next == null && at < state.size && state.sequences[at] <= last) {
                Recent.Item item = state.places[at].item();
                if (item.entry().sequence() == state.sequences[at]) {
                    next = item;
                }
                at++;
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Recent.Item next() {
            Recent.Item item = next;
            if (item == null) {
                throw new NoSuchElementException();
            }
            advance();
            return item;
        }
    }
}
