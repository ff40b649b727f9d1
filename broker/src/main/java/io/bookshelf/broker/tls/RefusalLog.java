package io.bookshelf.broker.tls;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** One line for each refusal, as long as there are not too many: whoever is outside must not be able to fill the log. */
final class RefusalLog {
    private static final int MOST_AT_ONCE = 10;
    private static final long NANOS_A_LINE = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier nanos;
    private final Consumer<String> lines;
    private long fullAt;
    private long unsaid;

    RefusalLog(LongSupplier nanos, Consumer<String> lines) {
        this.nanos = nanos;
        this.lines = lines;
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
        lines.accept(who + " refused: " + why + more);
    }
}
