package io.bookshelf.client;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * When which keys end by themselves, one moment a key, by the clock of {@link System#nanoTime}, which nobody sets. For one
 * thread at a time.
 */
final class Expiries {
    private record End(long nanos, String key) {}

    private static final Comparator<End> ORDER =
            Comparator.<End>comparingLong(End::nanos).thenComparing(End::key);

    private final Map<String, End> byKey = new HashMap<>();
    private final TreeSet<End> inOrder = new TreeSet<>(ORDER);
    private final long origin;

    /** @param origin a moment before all others: of that clock only differences mean something */
    Expiries(long origin) {
        this.origin = origin;
    }

    /** The key ends then, and at no other time. */
    void set(String key, long nanos) {
        remove(key);
        End end = new End(nanos - origin, key);
        byKey.put(key, end);
        inOrder.add(end);
    }

    /** The key does not end by itself any more. */
    void remove(String key) {
        End before = byKey.remove(key);
        if (before != null) {
            inOrder.remove(before);
        }
    }

    /** Takes out the keys that have ended by now, in the order of their ends. */
    List<String> due(long now) {
        List<String> due = new ArrayList<>();
        while (!inOrder.isEmpty() && inOrder.first().nanos() <= now - origin) {
            String key = inOrder.first().key();
            remove(key);
            due.add(key);
        }
        return due;
    }

    /** How long it is until the next end, 0 if it is over; empty if there is none. */
    OptionalLong untilNext(long now) {
        return inOrder.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, inOrder.first().nanos() - (now - origin)));
    }
}
