package io.bookshelf.merkle;

import io.bookshelf.schema.Digest;
import org.jspecify.annotations.Nullable;

/**
 * A Merkle tree of fan-out 32 and depth 3 over 32,768 leaves (Merkle, 1987), whose digests are sums: an entry is added or
 * taken away without looking at any other. Leaves are kept only below nodes that ever held something. Not thread-safe.
 */
public final class MerkleTree {
    /** Children of a node. */
    public static final int FAN_OUT = 32;

    /** Levels below the root. */
    public static final int DEPTH = 3;

    /** Leaves in all. */
    public static final int LEAVES = 1 << 15;

    private static final int FAN_BITS = 5;
    private static final int NODES_ABOVE_LEAVES = LEAVES / FAN_OUT;

    private final Digest[] first = zeros(FAN_OUT);
    private final Digest[] second = zeros(NODES_ABOVE_LEAVES);
    // By node of the second level: high and low of each of its leaves, in turns.
    private final long[] @Nullable [] leaves = new long[NODES_ABOVE_LEAVES][];
    private Digest root = Digest.ZERO;

    private static Digest[] zeros(int length) {
        Digest[] digests = new Digest[length];
        java.util.Arrays.fill(digests, Digest.ZERO);
        return digests;
    }

    /** Adds an entry's digest to a leaf. */
    public void add(int leaf, Digest digest) {
        change(leaf, leaf(leaf).plus(digest));
        root = root.plus(digest);
        first[leaf >> 2 * FAN_BITS] = first[leaf >> 2 * FAN_BITS].plus(digest);
        second[leaf >> FAN_BITS] = second[leaf >> FAN_BITS].plus(digest);
    }

    /** Takes an entry's digest, which was added before, from a leaf. */
    public void subtract(int leaf, Digest digest) {
        change(leaf, leaf(leaf).minus(digest));
        root = root.minus(digest);
        first[leaf >> 2 * FAN_BITS] = first[leaf >> 2 * FAN_BITS].minus(digest);
        second[leaf >> FAN_BITS] = second[leaf >> FAN_BITS].minus(digest);
    }

    private void change(int leaf, Digest to) {
        long[] siblings = leaves[leaf >> FAN_BITS];
        if (siblings == null) {
            siblings = new long[2 * FAN_OUT];
            leaves[leaf >> FAN_BITS] = siblings;
        }
        int at = 2 * (leaf & FAN_OUT - 1);
        siblings[at] = to.high();
        siblings[at + 1] = to.low();
    }

    /** The sum of everything. */
    public Digest root() {
        return root;
    }

    /** The digest of a leaf. */
    public Digest leaf(int leaf) {
        long[] siblings = leaves[leaf >> FAN_BITS];
        int at = 2 * (leaf & FAN_OUT - 1);
        return siblings == null ? Digest.ZERO : new Digest(siblings[at], siblings[at + 1]);
    }

    /**
     * The lower 8 bytes of the digests of a node's children.
     *
     * @param level of the node, 0 for the root, at most 2
     * @param node its number within the level
     */
    public long[] children(int level, int node) {
        long[] digests = new long[FAN_OUT];
        for (int i = 0; i < FAN_OUT; i++) {
            int child = node * FAN_OUT + i;
            digests[i] = switch (level) {
                case 0 -> first[child].low();
                case 1 -> second[child].low();
                case 2 -> leaf(child).low();
                default -> throw new IllegalArgumentException("level " + level);
            };
        }
        return digests;
    }
}
