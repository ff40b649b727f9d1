package io.bookshelf.node.replication;

import io.bookshelf.replica.CoreSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/** Virtual time, the units, and what happens next. Everything follows from the seed. */
final class SimWorld {
    /** When all begins, milliseconds since the epoch. */
    static final long EPOCH = 1_790_000_000_000L;

    private static final int TRANSCRIPT_LINES = 20_000;

    final Random random;
    final Map<String, SimUnit> units = new LinkedHashMap<>();
    final SimLinks links = new SimLinks(this);
    final SimTruth truth = new SimTruth();
    CoreSettings settings = SimFlavour.ANYTHING.settings();
    /** How long a tombstone is kept at least. */
    long tombstoneMillis = SimFlavour.ANYTHING.tombstoneMillis();
    /** How often a store looks at all of its rows. */
    long checkMillis = SimFlavour.ANYTHING.checkMillis();

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final ArrayDeque<String> transcript = new ArrayDeque<>();
    private long now;
    private long ordinal;

    private record Event(long at, long ordinal, Runnable what) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(ordinal, other.ordinal);
        }
    }

    SimWorld(long seed) {
        this(new Random(seed));
    }

    SimWorld(Random random) {
        this.random = random;
    }

    long now() {
        return now;
    }

    void after(long millis, Runnable what) {
        events.add(new Event(now + millis, ordinal++, what));
    }

    /** Lets time pass. */
    void run(long millis) {
        long end = now + millis;
        while (!events.isEmpty() && events.peek().at <= end) {
            Event next = events.poll();
            now = next.at;
            next.what.run();
        }
        now = end;
    }

    void say(String line) {
        transcript.add(now + " " + line);
        if (transcript.size() > TRANSCRIPT_LINES) {
            transcript.removeFirst();
        }
    }

    List<String> transcript() {
        return new ArrayList<>(transcript);
    }

    List<SimUnit> running() {
        return units.values().stream().filter(SimUnit::isRunning).toList();
    }

    AssertionError wrong(String what) {
        return new AssertionError(what + "\n" + String.join("\n", transcript));
    }
}
