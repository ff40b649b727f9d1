package io.bookshelf.schema;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The sum modulo 2^128 of the hashes of some live entries, so that one can be added or taken away without the others.
 *
 * @param high the upper 8 bytes
 * @param low the lower 8 bytes
 */
public record Digest(long high, long low) {
    /** The digest of no entries. */
    public static final Digest ZERO = new Digest(0, 0);

    // Never updated, only copied.
    private static final MessageDigest SHA_256 = provided();

    /** The first 16 bytes of SHA-256 over key, version and value: the digest of one live entry. */
    public static Digest of(Entry entry) {
        MessageDigest sha = sha256();
        byte[] key = entry.key().utf8();
        ByteBuffer numbers = ByteBuffer.allocate(Integer.BYTES + 2 * Long.BYTES);
        numbers.putInt(key.length)
                .putLong(entry.version().stamp())
                .putLong(entry.version().replica());
        sha.update(numbers.array());
        sha.update(key);
        ByteBuffer hash = ByteBuffer.wrap(sha.digest(entry.value()));
        return new Digest(hash.getLong(), hash.getLong());
    }

    /** The first 8 bytes of SHA-256 of a key's name: its upper 15 bits are its bucket. */
    public static long ofKey(Key key) {
        return ByteBuffer.wrap(sha256().digest(key.name().getBytes(StandardCharsets.UTF_8)))
                .getLong();
    }

    /** A fresh one, as a copy: looking for who provides it takes longer than hashing an entry. */
    static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            return provided();
        }
    }

    private static MessageDigest provided() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** This and the other's entries. */
    public Digest plus(Digest other) {
        long sum = low + other.low;
        long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
        return new Digest(high + other.high + carry, sum);
    }

    /** This without the other's entries. */
    public Digest minus(Digest other) {
        long borrow = Long.compareUnsigned(low, other.low) < 0 ? 1 : 0;
        return new Digest(high - other.high - borrow, low - other.low);
    }

    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(high) + hex.toHexDigits(low);
    }
}
