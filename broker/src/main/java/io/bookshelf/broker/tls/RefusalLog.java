package io.bookshelf.broker.tls;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each refusal, as long as there are not too many: whoever is outside must not be able to fill the log. */
final class RefusalLog {
    private static final Logger log = LoggerFactory.getLogger(TlsDoor.class);
    private static final int MOST_AT_ONCE = 10;
    private static final long NANOS_A_LINE = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private long fullAt;
    private long unsaid;

    RefusalLog(LongSupplier nanos) {
        this.nanos = nanos;
        this.fullAt = nanos.getAsLong();
    }

    void refused(String who, String why) {
        long now = nanos.getAsLong();
        // The time at which all lines will be free again; each line moves it on by the time that it costs.
        long after = (now - fullAt > 0 ? now : fullAt) + NANOS_A_LINE;
        if (after - now > MOST_AT_ONCE * NANOS_A_LINE) {
            unsaid++;
            return;
        }
        fullAt = after;
        String more = unsaid == 0 ? "" : " (and " + unsaid + " more before that were not logged)";
        unsaid = 0;
        log.info("listen: {} refused: {}{}", who, why, more);
    }
}
