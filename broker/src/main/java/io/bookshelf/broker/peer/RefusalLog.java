package io.bookshelf.broker.peer;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Tells a log who was refused and what others did wrong, in such a way that they cannot fill it: the same line once a minute,
 * and of different ones ten at once and one a second. What is left out is counted in the next line. Any thread.
 */
public final class RefusalLog {
    private static final int MOST_AT_ONCE = 10;
    private static final long NANOS_A_LINE = TimeUnit.SECONDS.toNanos(1);
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** More are not said within a minute. */
    private static final int REMEMBERED = 128;

    private final LongSupplier nanos;
    private final Consumer<String> lines;
    private final Map<String, Said> said = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
            return size() > REMEMBERED;
        }
    };
    private long fullAt;
    private long unsaid;

    private record Said(long at, int since) {}

    /** @param lines takes each line to the log */
    public RefusalLog(LongSupplier nanos, Consumer<String> lines) {
        this.nanos = nanos;
        this.lines = lines;
        this.fullAt = nanos.getAsLong();
    }

    /** Says it, or counts it. */
    public synchronized void say(String line) {
        long now = nanos.getAsLong();
        Said last = said.get(line);
        if (last != null && now - last.at() < AGAIN_NANOS) {
            said.put(line, new Said(last.at(), last.since() + 1));
            return;
        }
        // The time at which all lines will be free again; each line moves it on by the time that it costs.
        long after = (now - fullAt > 0 ? now : fullAt) + NANOS_A_LINE;
        if (after - now > MOST_AT_ONCE * NANOS_A_LINE) {
            unsaid++;
            return;
        }
        fullAt = after;
        String same = last == null || last.since() == 0
                ? ""
                : " (and " + last.since() + " times more since it was last said)";
        String others = unsaid == 0 ? "" : " (and " + unsaid + " others before that were not logged)";
        unsaid = 0;
        said.put(line, new Said(now, 0));
        lines.accept(line + same + others);
    }
}
