package io.bookshelf.schema;

/**
 * The part of the key space that a key falls into: what units compare one by one to find where they differ. The leading 15
 * bits of the SHA-256 of the key's UTF-8, so that nobody who picks keys can crowd one.
 */
public final class Bucket {
    /** How many there are; they are numbered from 0. */
    public static final int COUNT = 1 << 15;

    private Bucket() {}

    /** The bucket of a key. Worked out once for each {@link Key} object. */
    public static int of(Key key) {
        return key.bucket();
    }

    static int of(byte[] utf8) {
        byte[] digest = Digest.sha256().digest(utf8);
        return (digest[0] & 0xff) << 7 | (digest[1] & 0xff) >> 1;
    }
}
