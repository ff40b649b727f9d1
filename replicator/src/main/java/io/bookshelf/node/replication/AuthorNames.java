package io.bookshelf.node.replication;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Unit names behind replica ids. The upper 24 bits of a replica id are those of the SHA-256 of its unit's id, the rest is
 * random: so whoever knows the units of the network can name the author of an entry, whichever start of it that was.
 */
public final class AuthorNames {
    private static final int RANDOM_BITS = 40;

    private final Map<Long, String> names = new ConcurrentHashMap<>();

    /** Replica ids of a unit: random in their lower 40 bits. */
    public static RandomGenerator replicaIds(String unit, RandomGenerator random) {
        long tag = tag(unit) << RANDOM_BITS;
        return () -> tag | random.nextLong() & (1L << RANDOM_BITS) - 1;
    }

    private static long tag(String unit) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(unit.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong() >>> RANDOM_BITS;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** There is a unit of this id. Any thread. */
    public void know(String unit) {
        names.put(tag(unit), unit);
    }

    /** The unit that a replica id is of; the id in hexadecimal if nobody here has heard of that unit. Any thread. */
    public String of(long replica) {
        String name = names.get(replica >>> RANDOM_BITS);
        return name == null ? HexFormat.of().toHexDigits(replica) : name;
    }
}
