package io.bookshelf.schema;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the author of an entry had seen of its key: for each replica, the counter of that replica's last write to it. With
 * it any unit can tell a successor from a concurrent write. Immutable.
 */
public final class Seen {
    /** Nothing seen: the first write to a key. */
    public static final Seen NOTHING = new Seen(new long[0]);

    // Pairs (replica, counter), ordered by replica as signed numbers, one pair a replica.
    private final long[] pairs;

    private Seen(long[] pairs) {
        this.pairs = pairs;
    }

    /** The counter seen of {@code replica}, 0 for none. */
    public long counter(long replica) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i] == replica) {
                return pairs[i + 1];
            }
        }
        return 0;
    }

    /** How many replicas' writes were seen. */
    public int size() {
        return pairs.length / 2;
    }

    /** The replica at a place from 0 on. */
    public long replica(int place) {
        return pairs[2 * place];
    }

    /** This, and {@code replica}'s writes up to {@code counter}. */
    public Seen with(long replica, long counter) {
        if (counter(replica) >= counter) {
            return this;
        }
        int at = 0;
        while (at < pairs.length && pairs[at] < replica) {
            at += 2;
        }
        boolean replaces = at < pairs.length && pairs[at] == replica;
        long[] grown = new long[pairs.length + (replaces ? 0 : 2)];
        System.arraycopy(pairs, 0, grown, 0, at);
        grown[at] = replica;
        grown[at + 1] = counter;
        int rest = replaces ? at + 2 : at;
        System.arraycopy(pairs, rest, grown, at + 2, pairs.length - rest);
        return new Seen(grown);
    }

    /** 16 bytes a replica: its id, then the counter, big-endian. */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(pairs.length * Long.BYTES);
        bytes.asLongBuffer().put(pairs);
        return bytes.array();
    }

    /**
     * Reads what {@link #toBytes()} writes.
     *
     * @throws IllegalArgumentException if the length is not a multiple of 16
     */
    public static Seen fromBytes(byte[] bytes) {
        if (bytes.length == 0) {
            return NOTHING;
        }
        if (bytes.length % 16 != 0) {
            throw new IllegalArgumentException("a seen set of " + bytes.length + " bytes");
        }
        long[] pairs = new long[bytes.length / Long.BYTES];
        ByteBuffer.wrap(bytes).asLongBuffer().get(pairs);
        return new Seen(pairs);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Seen seen && Arrays.equals(seen.pairs, pairs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(pairs);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < pairs.length; i += 2) {
            text.append(i == 0 ? "" : ", ")
                    .append(Long.toHexString(pairs[i]))
                    .append(": ")
                    .append(pairs[i + 1]);
        }
        return text.append('}').toString();
    }
}
