package io.bookshelf.replica;

import io.bookshelf.merkle.Forest.Change;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.wire.Frame;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What happens to a replica core. */
public sealed interface Input {
    /**
     * A link is there.
     *
     * @param link its number, never used again
     * @param unit who is at the other end
     * @param cloud true if that is no unit but the cloud
     * @param dialled true if this unit dialled
     */
    record Opened(long link, String unit, boolean cloud, boolean dialled) implements Input {}

    /** A frame has come; {@code bytes} long. */
    record Received(long link, Frame frame, int bytes) implements Input {}

    /** A link has ended. */
    record Closed(long link, String reason) implements Input {}

    /** Entries have changed, durably; told before the {@link Committed} of the same commit. */
    record Changed(List<Change> changes) implements Input {}

    /** The store had met damage before this core began, and writes as a new author since. */
    record Replaced() implements Input {}

    /**
     * A write that was applied.
     *
     * @param link over which it came, 0 for a write of this unit
     */
    record Applied(Entry entry, long link) {}

    /**
     * A commit is durable.
     *
     * @param applied what was written, in order; its entries carry their sequences
     * @param sequence where the store stands now
     * @param stamp the hybrid clock's last
     * @param ownNetwork this unit's own counter in scope NETWORK, for this start
     * @param ownEverywhere the same in scope EVERYWHERE
     */
    record Committed(List<Applied> applied, long sequence, long stamp, long ownNetwork, long ownEverywhere)
            implements Input {}

    /**
     * What became of an {@link Effect.Submit}; comes after the {@link Committed} of its commit.
     *
     * @param verdicts one an entry, in order; empty if it was refused
     * @param refused why nothing of it may be durable, null if all is
     */
    record Settled(
            long ticket,
            List<Merging.Verdict> verdicts,
            @Nullable String refused) implements Input {}

    /**
     * Answers {@link Effect.ReadPage}.
     *
     * @param entries in order of their sequence, tombstones included
     * @param through all up to here is in it, save what was written again behind it
     * @param sequence where the store stood when it was read
     * @param more there is something behind it
     * @param damaged something in it could not be read
     */
    record Page(long link, List<Entry> entries, long through, long sequence, boolean more, boolean damaged)
            implements Input {}

    /** Answers {@link Effect.CountPage}, once every commit that it may have seen has been told. */
    record Counted(long ticket, List<Entry> page, boolean last) implements Input {}

    /** Answers {@link Effect.ReadBuckets}, once every commit that it may have seen has been told. */
    record Buckets(long ticket, Map<Integer, List<Entry>> entries) implements Input {}

    /** Which units belong to the network: listed ever, and not retired. */
    record Listed(Set<String> units) implements Input {}

    /**
     * Certificates are revoked: what was learned through them of others is given up.
     *
     * @param revocations a number for all that is revoked, the same on all units that know the same; 0 for nothing
     */
    record Revoked(long revocations) implements Input {}

    /** The store has met damage. */
    record Damaged() implements Input {}

    /** Time has passed; several times a second. */
    record Tick(long wallMillis, boolean wallKnown) implements Input {}
}
