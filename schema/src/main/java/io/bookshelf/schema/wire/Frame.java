package io.bookshelf.schema.wire;

import io.bookshelf.schema.Digest;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What units say to one another over a link. */
public sealed interface Frame {
    /** The protocol version that this build speaks. */
    int PROTOCOL = 1;

    /** The oldest protocol version that this build still speaks. */
    int OLDEST_PROTOCOL = 1;

    /**
     * How far somebody's stream has been taken.
     *
     * @param boot the replica id of the sender's start to which the sequence belongs
     * @param sequence everything up to it has been taken
     */
    record Cursor(long boot, long sequence) {}

    /**
     * The roots of the two trees that units share.
     *
     * @param network of the keys that stay in the network
     * @param everywhere of the keys that go everywhere
     */
    record Roots(Digest network, Digest everywhere) {
        /** The root of a scope that travels. */
        public Digest of(Scope scope) {
            return scope == Scope.NETWORK ? network : everywhere;
        }
    }

    /**
     * The first frame on a link, each way.
     *
     * @param protocol the newest protocol version that the sender speaks
     * @param oldest the oldest that it speaks
     * @param boot the sender's replica id of this start
     * @param began the sequence at which this start began
     * @param cursor what the sender holds of the receiver's stream, null for nothing
     * @param empty the sender has no entry at all
     * @param clock what the sender covers
     * @param wallMillis the sender's wall clock, milliseconds since the epoch
     * @param wallKnown whether anybody vouches for it
     * @param revocations a number for all that the sender knows to be revoked, the same on all units that know the same; 0 for
     *     nothing, and from units that do not say
     */
    record Hello(
            int protocol,
            int oldest,
            long boot,
            long began,
            @Nullable Cursor cursor,
            boolean empty,
            DotClock clock,
            long wallMillis,
            boolean wallKnown,
            long revocations)
            implements Frame {
        /** One of a unit that knows of nothing that is revoked, or does not say. */
        public Hello(
                int protocol,
                int oldest,
                long boot,
                long began,
                @Nullable Cursor cursor,
                boolean empty,
                DotClock clock,
                long wallMillis,
                boolean wallKnown) {
            this(protocol, oldest, boot, began, cursor, empty, clock, wallMillis, wallKnown, 0);
        }
    }

    /**
     * A part of the sender's stream: all that it has after {@code from} up to {@code through}, save what the receiver is known
     * to have or may not have.
     *
     * @param ownNetwork the sender's own counter in {@link Scope#NETWORK} as of {@code through}
     * @param ownEverywhere the same for {@link Scope#EVERYWHERE}
     */
    record Entries(long from, long through, List<Entry> entries, long ownNetwork, long ownEverywhere)
            implements Frame {}

    /** The stream has been taken up to here, durably. */
    record Acknowledge(long through) implements Frame {}

    /**
     * A sign of life, once a second.
     *
     * @param number counts the sender's heartbeats on this link
     * @param echo the number of the last one that came, 0 for none
     * @param echoAgeMillis milliseconds since that one came
     * @param sent the stream has been sent up to here
     * @param sequence where the sender's store stands
     * @param roots null while they are being counted
     * @param clockHash {@link DotClock#hash()} of the sender's clock
     */
    record Heartbeat(
            int number,
            int echo,
            int echoAgeMillis,
            long sent,
            long sequence,
            @Nullable Roots roots,
            long clockHash,
            long wallMillis,
            boolean wallKnown)
            implements Frame {}

    /** Asks for a {@link Clock}. */
    record AskClock() implements Frame {}

    /** The sender's whole clock, and the roots that it had at that moment. */
    record Clock(Roots roots, DotClock clock) implements Frame {}

    /**
     * What a unit says of itself; others pass it on.
     *
     * @param unit its unit id
     * @param boot its replica id of this start
     * @param number greater than in all its statements before, over restarts too
     * @param stamp every later write of the unit has a greater one
     * @param clock what it covers
     */
    record Statement(String unit, long boot, long number, long stamp, DotClock clock) {}

    /** Statements that the receiver may not have. */
    record Statements(List<Statement> statements) implements Frame {}

    /** The units that the sender is linked with. */
    record Neighbours(List<String> units) implements Frame {}

    /**
     * Digests of the children of some nodes of a tree.
     *
     * @param level of the nodes: 0 for the root
     * @param nodes their numbers within the level
     * @param digests the lower 8 bytes of 32 children a node, in order
     */
    record Descent(Scope scope, int level, int[] nodes, long[] digests) implements Frame {}

    /** A live entry as it is listed. */
    record Item(long keyHash, long stamp, long replica, long counter) {}

    /** All live entries of some leaves. */
    record Items(Scope scope, List<Leaf> leaves) implements Frame {
        /** One leaf. */
        public record Leaf(int bucket, List<Item> items) {}
    }

    /**
     * What a descent found.
     *
     * @param entries what the receiver lacks
     * @param wanted what the sender lacks: keys by bucket and hash
     */
    record Repair(List<Entry> entries, Scope scope, List<Wanted> wanted) implements Frame {
        /** A key whose entry is asked for. */
        public record Wanted(int bucket, long keyHash) {}
    }

    /** The sender ends the link, and says why. */
    record Bye(String reason) implements Frame {}

    /** A piece of a larger frame; see {@link Parts}. */
    record Part(byte[] bytes, boolean last) implements Frame {}

    /** A frame of a later version. */
    record Unknown() implements Frame {}
}
