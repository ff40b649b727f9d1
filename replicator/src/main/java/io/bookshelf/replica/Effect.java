package io.bookshelf.replica;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.util.List;
import java.util.Map;

/** What a replica core wants done. */
public sealed interface Effect {
    /** Send a frame. */
    record Send(long link, Frame frame) implements Effect {}

    /** End a link. */
    record Close(long link, String reason) implements Effect {}

    /**
     * Merge entries, then keep rows, in one order and the same transaction at the earliest; answered by {@link Input.Settled}.
     *
     * @param link from which they come, 0 for none
     * @param kept rows by name; an empty one is to be deleted
     * @param refusing rows of the same names, to be kept instead once an entry that came over this link was refused
     */
    record Submit(long ticket, long link, List<Entry> entries, Map<String, byte[]> kept, Map<String, byte[]> refusing)
            implements Effect {}

    /** Read what changed behind a sequence; answered by {@link Input.Page}. */
    record ReadPage(long link, long after) implements Effect {}

    /** Read the next page to count; answered by {@link Input.Counted}. */
    record CountPage(long ticket, String after) implements Effect {}

    /**
     * Read leaves; answered by {@link Input.Buckets}.
     *
     * @param buckets in this order, the first in any case
     * @param bytes no further ones once the entries read are as large as that
     */
    record ReadBuckets(long ticket, List<Integer> buckets, int bytes) implements Effect {}

    /** A concurrent write was discarded, in a transaction that is durable. */
    record Lost(Entry loser, Version winner) implements Effect {}

    /** Something to be told to whoever looks after this network: one line. */
    record Say(String line) implements Effect {}
}
