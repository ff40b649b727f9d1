package io.bookshelf.bus;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a client calls one write of its own, so that it can repeat it without making it twice.
 *
 * @param owner who says so: ids of different owners have nothing to do with one another
 * @param id 1 to {@value #LONGEST} characters of A-Z, a-z, 0-9, {@code _} and {@code -}
 */
public record WriteId(Owner owner, String id) {
    /** The most characters. */
    public static final int LONGEST = 64;

    /** Checks the id. */
    public WriteId {
        if (!isValid(id)) {
            throw new IllegalArgumentException("not a write id: " + id);
        }
    }

    /** True if it may be an id. */
    public static boolean isValid(String id) {
        if (id.isEmpty() || id.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-')) {
                return false;
            }
        }
        return true;
    }

    /** Who a write is by, in 128 bits of a digest, however long the name is. */
    public record Owner(long high, long low) {
        /** A user who proved the name; an anonymous client is known by its client id alone. */
        public static Owner of(String clientId, String user) {
            String name = user.isEmpty() ? "client/" + clientId : "user/" + user;
            try {
                ByteBuffer digest = ByteBuffer.wrap(
                        MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8)));
                return new Owner(digest.getLong(), digest.getLong());
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
