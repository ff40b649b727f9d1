package io.bookshelf.replica;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.wire.Frames;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The last commits, so that peers who are up to date are served without reading the store. Bounded; a commit that would overflow
 * a window by itself is left to the store, which is read in pages.
 */
final class Tail {
    private static final int MOST_BYTES = 1024 * 1024;

    private final ArrayDeque<Piece> pieces = new ArrayDeque<>();
    // At which sequence the pieces last write a key.
    private final Map<Key, Long> newest = new HashMap<>();
    private final int mostOfOne;
    private int bytes;

    Tail(int mostOfOne) {
        this.mostOfOne = mostOfOne;
    }

    /**
     * One commit.
     *
     * @param from the sequence before it
     * @param through the sequence after it
     * @param own what this start had written by then
     */
    record Piece(long from, long through, List<Input.Applied> applied, Own own, int bytes) {}

    void add(long from, Input.Committed commit, Own own) {
        if (!pieces.isEmpty() && pieces.getLast().through != from) {
            clear();
        }
        int size = 64;
        for (Input.Applied applied : commit.applied()) {
            size += Frames.size(applied.entry());
            newest.put(applied.entry().key(), applied.entry().sequence());
        }
        if (size > mostOfOne) {
            clear();
            return;
        }
        pieces.add(new Piece(from, commit.sequence(), commit.applied(), own, size));
        bytes += size;
        while (bytes > MOST_BYTES) {
            Piece oldest = pieces.removeFirst();
            bytes -= oldest.bytes;
            oldest.applied.forEach(applied ->
                    newest.remove(applied.entry().key(), applied.entry().sequence()));
        }
    }

    void clear() {
        pieces.clear();
        newest.clear();
        bytes = 0;
    }

    /** The sequence of the last write of the key that an entry of a piece is for. */
    long newest(Entry entry) {
        return newest.getOrDefault(entry.key(), entry.sequence());
    }

    /** The commits behind {@code after}, empty if they do not all begin there. Looks from the end: most peers are up to date. */
    List<Piece> behind(long after) {
        ArrayDeque<Piece> found = new ArrayDeque<>();
        Iterator<Piece> newestFirst = pieces.descendingIterator();
        while (newestFirst.hasNext()) {
            Piece piece = newestFirst.next();
            if (piece.from < after) {
                return List.of();
            }
            found.addFirst(piece);
            if (piece.from == after) {
                return List.copyOf(found);
            }
        }
        return List.of();
    }
}
