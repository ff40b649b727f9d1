package io.bookshelf.node.replication;

import io.bookshelf.bus.Arrival;
import io.bookshelf.bus.Submission;
import io.bookshelf.replica.Merging;
import io.bookshelf.replica.Merging.Outcome;
import io.bookshelf.replica.Merging.Verdict;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.wire.Frames;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An entry that a peer sent, on its way through the bus. */
final class ArrivingEntry implements Submission, Arrival {
    private final Entry entry;
    private final long link;
    private final MergeRules rules;
    private @Nullable Verdict verdict;
    private long decidedMillis;

    /** @param link over which it came */
    ArrivingEntry(Entry entry, long link, MergeRules rules) {
        this.entry = entry;
        this.link = link;
        this.rules = rules;
    }

    @Override
    public Arrival arrival() {
        return this;
    }

    @Override
    public int weight() {
        return Frames.size(entry);
    }

    @Override
    public Key key() {
        return entry.key();
    }

    @Override
    public @Nullable Entry merge(@Nullable Entry stored, long sequence, long nowMillis) {
        Verdict decided =
                Merging.merge(stored, entry, rules.clock(), rules.latestMillis(), rules.expiryMillis(nowMillis));
        verdict = decided;
        decidedMillis = nowMillis;
        Entry put = decided.put();
        return put == null ? null : put.at(sequence);
    }

    /** A concurrent write that it discards, or that discards it. */
    @Override
    public Map<String, byte[]> kept() {
        Verdict decided = verdict;
        Entry loser = decided == null ? null : decided.loser();
        return decided == null || loser == null
                ? Map.of()
                : Conflicts.rows(loser, decided.winner(entry), decidedMillis);
    }

    long link() {
        return link;
    }

    /** True if it was merged, and was not to be taken. */
    boolean isRefused() {
        Verdict decided = verdict;
        return decided != null && decided.outcome() == Outcome.REFUSED;
    }

    /** What was decided, once it has been committed. */
    Verdict verdict() {
        return Objects.requireNonNull(verdict, "not merged yet");
    }
}
