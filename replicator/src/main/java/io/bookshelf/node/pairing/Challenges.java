package io.bookshelf.node.pairing;

import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What phones sign. None is kept until it has been signed, so that asking for many takes no memory and nobody's place; a signed
 * one counts once. One thread.
 */
final class Challenges {
    static final int SECONDS = 60;

    /** Signed ones that have not run out yet; only whoever has the key of a paired phone makes them more. */
    private static final int MOST_USED = 1_024;

    private final Seal seal;
    private final Map<String, Long> used = new LinkedHashMap<>();

    Challenges(SecureRandom random) {
        this.seal = new Seal(random);
    }

    String make(String id, long nanos) {
        return seal.make(id, nanos + TimeUnit.SECONDS.toNanos(SECONDS));
    }

    /** Was it made for this phone, has not run out, and was not used yet? */
    boolean isGood(String id, String challenge, long nanos) {
        Long until = seal.until(id, challenge);
        return until != null && nanos - until < 0 && !used.containsKey(challenge);
    }

    /** Uses up a good one; false if so many are in use that it cannot be remembered. */
    boolean use(String id, String challenge, long nanos) {
        used.values().removeIf(until -> nanos - until >= 0);
        Long until = seal.until(id, challenge);
        if (until == null || used.size() >= MOST_USED) {
            return false;
        }
        used.put(challenge, until);
        return true;
    }
}
