package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Makes texts that only this start of this unit can have made: a random number and a time of the unit's monotonic clock, with
 * an HMAC-SHA-256 over that and the phone that they are for. The key is in memory alone. Any thread.
 */
final class Seal {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int RANDOM_BYTES = 16;
    private static final int MAC_BYTES = 32;
    private static final int BYTES = RANDOM_BYTES + Long.BYTES + MAC_BYTES;

    private final SecureRandom random;
    private final SecretKeySpec key;

    Seal(SecureRandom random) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        this.random = random;
        this.key = new SecretKeySpec(bytes, ALGORITHM);
    }

    /** @param until when it ends, in nanoseconds of the monotonic clock */
    String make(String id, long until) {
        byte[] unique = new byte[RANDOM_BYTES];
        random.nextBytes(unique);
        ByteBuffer sealed = ByteBuffer.allocate(BYTES).put(unique).putLong(until);
        sealed.put(mac(id, unique, until));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sealed.array());
    }

    /** When a text that was made for this phone ends, in nanoseconds of the monotonic clock; null if it was not. */
    @Nullable
    Long until(String id, String text) {
        byte[] sealed;
        try {
            sealed = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
        if (sealed.length != BYTES) {
            return null;
        }
        ByteBuffer parts = ByteBuffer.wrap(sealed);
        byte[] unique = new byte[RANDOM_BYTES];
        parts.get(unique);
        long until = parts.getLong();
        byte[] mac = new byte[MAC_BYTES];
        parts.get(mac);
        return MessageDigest.isEqual(mac, mac(id, unique, until)) ? until : null;
    }

    private byte[] mac(String id, byte[] unique, long until) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(id.getBytes(US_ASCII));
            mac.update(unique);
            mac.update(ByteBuffer.allocate(Long.BYTES).putLong(until).array());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
