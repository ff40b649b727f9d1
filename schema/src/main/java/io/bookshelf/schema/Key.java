package io.bookshelf.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key: the name of an MQTT topic that holds a retained value.
 *
 * <p>Keys order as their UTF-8 bytes do, which is the order in which the store scans them.
 */
public final class Key implements Comparable<Key> {
    private final String name;
    private final byte[] utf8;
    // The bucket and one, 0 for not yet known. Two threads that ask at once find the same.
    private int bucketAndOne;

    private Key(String name) {
        this.name = name;
        this.utf8 = name.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Makes a key of a topic name.
     *
     * @throws IllegalArgumentException if the name is empty, holds a wildcard, NUL or an unpaired surrogate, or
     *     starts with {@code $}; the message is a sentence for the person who sent it
     */
    public static Key of(String name) {
        String problem = problemWith(name);
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return new Key(name);
    }

    /** Says in one sentence why {@code name} cannot be a key, or returns null if it can. */
    public static @Nullable String problemWith(String name) {
        if (name.isEmpty()) {
            return "a topic name may not be empty";
        }
        if (name.charAt(0) == '$') {
            return "topics that start with $ belong to the unit and cannot be written";
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '+' || c == '#') {
                return "a topic name may not contain the wildcards + and #";
            }
            if (c == 0) {
                return "a topic name may not contain NUL";
            }
            if (Character.isSurrogate(c)) {
                boolean paired = Character.isHighSurrogate(c)
                        && i + 1 < name.length()
                        && Character.isLowSurrogate(name.charAt(i + 1));
                if (!paired) {
                    return "a topic name must be well-formed Unicode";
                }
                i++;
            }
        }
        return null;
    }

    /** The topic name. */
    public String name() {
        return name;
    }

    /** Length of the name in bytes of UTF-8. */
    public int length() {
        return utf8.length;
    }

    /** The name as UTF-8; a fresh copy. */
    public byte[] utf8() {
        return utf8.clone();
    }

    int bucket() {
        int known = bucketAndOne;
        if (known == 0) {
            known = Bucket.of(utf8) + 1;
            bucketAndOne = known;
        }
        return known - 1;
    }

    /** How far this key travels: a pure function of its name. */
    public Scope scope() {
        return Scope.of(name);
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(utf8, other.utf8);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Key key && key.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
