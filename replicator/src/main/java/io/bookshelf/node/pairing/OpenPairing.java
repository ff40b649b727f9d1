package io.bookshelf.node.pairing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** A code that one phone may be paired with: for five minutes of the monotonic clock, and five tries. One thread. */
final class OpenPairing {
    static final int SECONDS = 300;
    static final int TRIES = 5;
    private static final long NANOS_A_TRY = TimeUnit.SECONDS.toNanos(1);
    private static final Pattern CODE = Pattern.compile("\\d{8}");

    private final byte[] code;
    private final long until;
    private int triesLeft = TRIES;
    private long nextTry;

    /** What came of a try. */
    enum Try {
        RIGHT,
        WRONG,
        TOO_SOON
    }

    /** Where the key of the phone is to count. */
    final String counts;

    /** @param since when the code was seen, in nanoseconds of the monotonic clock */
    OpenPairing(String code, String counts, long since) {
        this.counts = counts;
        this.code = code.getBytes(US_ASCII);
        this.until = since + TimeUnit.SECONDS.toNanos(SECONDS);
        this.nextTry = since;
    }

    static boolean isCode(String text) {
        return CODE.matcher(text).matches();
    }

    boolean isOver(long nanos) {
        return triesLeft == 0 || nanos - until >= 0;
    }

    int triesLeft() {
        return triesLeft;
    }

    /** Is it this code? A try that comes less than a second after another is none. */
    Try attempt(String text, long nanos) {
        if (nanos - nextTry < 0) {
            return Try.TOO_SOON;
        }
        nextTry = nanos + NANOS_A_TRY;
        if (MessageDigest.isEqual(code, text.getBytes(US_ASCII))) {
            return Try.RIGHT;
        }
        triesLeft--;
        return Try.WRONG;
    }
}
