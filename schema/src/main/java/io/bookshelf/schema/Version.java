package io.bookshelf.schema;

import java.util.HexFormat;

/**
 * The version of an entry: a hybrid logical clock stamp and the replica that wrote it. Totally ordered; the greater one
 * wins.
 *
 * @param stamp 48 bits of milliseconds since the epoch, then 16 bits of counter; compared as unsigned
 * @param replica the author's replica id; compared as unsigned
 */
public record Version(long stamp, long replica) implements Comparable<Version> {
    /** Smaller than every version of a real write. */
    public static final Version NONE = new Version(0, 0);

    /** The milliseconds part of the stamp: when the author's hybrid clock says this was written. */
    public long millis() {
        return HybridClock.millis(stamp);
    }

    @Override
    public int compareTo(Version other) {
        int byStamp = Long.compareUnsigned(stamp, other.stamp);
        return byStamp != 0 ? byStamp : Long.compareUnsigned(replica, other.replica);
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException if the text is not two groups of 16 hexadecimal digits with a hyphen between
     */
    public static Version parse(String text) {
        if (text.length() != 33 || text.charAt(16) != '-') {
            throw new IllegalArgumentException("not a version: " + text);
        }
        return new Version(HexFormat.fromHexDigitsToLong(text, 0, 16), HexFormat.fromHexDigitsToLong(text, 17, 33));
    }

    /** The stamp and the replica in hexadecimal, {@code 0197a3f2c1b20003-8f14e45fceea167a}: sorts as text as it does. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(stamp) + '-' + hex.toHexDigits(replica);
    }
}
