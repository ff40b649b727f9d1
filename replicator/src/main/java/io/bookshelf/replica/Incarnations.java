package io.bookshelf.replica;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;

/**
 * Replica ids, one for each start of a unit's process. The upper 24 bits are those of the SHA-256 of the unit's id, the other 40
 * are random: so an id says by itself which unit it is of, and no unit can pass for another's start.
 */
public final class Incarnations {
    private static final int RANDOM_BITS = 40;

    private Incarnations() {}

    /** Replica ids of a unit: random in their lower 40 bits. */
    public static RandomGenerator ids(String unit, RandomGenerator random) {
        long tag = tag(unit) << RANDOM_BITS;
        return () -> tag | random.nextLong() & (1L << RANDOM_BITS) - 1;
    }

    /** What all replica ids of a unit have in common: 24 bits. */
    public static long tag(String unit) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(unit.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong() >>> RANDOM_BITS;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** What the replica id has in common with all those of its unit. */
    public static long tag(long replica) {
        return replica >>> RANDOM_BITS;
    }

    /** True if a replica id is one of this unit's. */
    public static boolean isOf(long replica, String unit) {
        return tag(replica) == tag(unit);
    }
}
