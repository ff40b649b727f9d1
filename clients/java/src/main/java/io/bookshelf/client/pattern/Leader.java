package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.BookshelfException;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.PutOptions;
import io.bookshelf.client.ShelfMap;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One of several candidates, as far as they see one another: each keeps a row {@code leader/<name>/<unit>} alive whose value
 * is its rank, and the lowest rank leads, of equals the lowest name. Nobody is asked, so it costs no round trip.
 *
 * <p><b>While the network is divided</b> each side has a leader, and for up to the time to live there may be two, or none,
 * after one has gone. One that can no longer keep its own row alive tells that it lost by itself. <b>Do not</b> use it for what
 * two leaders would break; let what the leader does be harmless if done twice.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="leader" :
 * // @start region="leader"
 * try (Leader leader = Leader.stand(
 *         shelf,
 *         "channel-plan",
 *         "hall",
 *         10,
 *         Duration.ofSeconds(30),
 *         leads -> System.out.println(leads ? "leading" : "following"))) {
 *     System.out.println("the leader is " + leader.leader().orElse("not known yet"));
 * }
 * // @end
 * }
 * }
 * }
 */
public final class Leader implements AutoCloseable {
    private static final String PREFIX = "leader/";

    private final String unit;
    private final int rank;
    private final PutOptions expiring;
    private final long lifeNanos;
    private final Consumer<Boolean> told;
    private final ShelfMap<String> candidates;
    private final Bookshelf shelf;
    private final String key;
    private final Beat beat;
    private volatile long refreshedAt = System.nanoTime();
    private boolean leading;
    private boolean closed;

    private Leader(Bookshelf shelf, String prefix, String unit, int rank, Duration timeToLive, Consumer<Boolean> told) {
        this.shelf = shelf;
        this.unit = unit;
        this.rank = rank;
        this.key = prefix + unit;
        this.expiring = PutOptions.DEFAULT.expiresAfter(timeToLive);
        this.lifeNanos = timeToLive.toNanos();
        this.told = told;
        this.candidates = shelf.map(prefix, Codecs.text());
        this.beat = new Beat("bookshelf-leader", timeToLive, this::refresh);
        candidates.onChange(this::judge);
        beat.now();
    }

    /**
     * Stands for it.
     *
     * @param unit the candidate's name, one level of a key
     * @param rank the lower, the better
     * @param timeToLive after which a candidate that is not heard of any more does not count
     * @param told true when this one leads, false when it has lost; one call at a time, may block
     */
    public static Leader stand(
            Bookshelf shelf, String name, String unit, int rank, Duration timeToLive, Consumer<Boolean> told) {
        String prefix = PREFIX + Names.level("what is led", name) + "/";
        return new Leader(shelf, prefix, Names.level("a unit", unit), rank, timeToLive, told);
    }

    /** Who leads, as far as can be seen from here. */
    public Optional<String> leader() {
        return candidates.values().entrySet().stream()
                .min((one, other) -> {
                    int byRank = Integer.compare(rank(one.getValue()), rank(other.getValue()));
                    return byRank != 0 ? byRank : one.getKey().compareTo(other.getKey());
                })
                .map(Map.Entry::getKey);
    }

    private static int rank(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException anything) {
            return Integer.MAX_VALUE;
        }
    }

    /** Does this one lead, as far as it can know? */
    public synchronized boolean leads() {
        return leading && isFresh();
    }

    private boolean isFresh() {
        return System.nanoTime() - refreshedAt < lifeNanos;
    }

    private void refresh() {
        long now = System.nanoTime();
        judge();
        var unused = shelf.putAsync(key, Integer.toString(rank).getBytes(StandardCharsets.US_ASCII), expiring)
                .thenRun(() -> refreshedAt = now);
    }

    private synchronized void judge() {
        boolean leads = !closed && isFresh() && leader().filter(unit::equals).isPresent();
        if (leads != leading) {
            leading = leads;
            told.accept(leads);
        }
    }

    /** Steps back: another one leads as soon as it hears of it. */
    @Override
    public void close() {
        beat.close();
        synchronized (this) {
            closed = true;
            judge();
        }
        candidates.close();
        try {
            shelf.delete(key);
        } catch (BookshelfException unreachable) {
            // It expires by itself.
        }
    }
}
