package io.bookshelf.pki;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** One line for each thing that happens to certificates; what repeats itself is said once a minute, with a count. */
final class RefusalLog {
    private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int REMEMBERED = 256;

    private final Logger log;
    private final Map<String, Said> said = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Said> eldest) {
            return size() > REMEMBERED;
        }
    };

    private record Said(long nanos, int unsaid) {}

    RefusalLog(Logger log) {
        this.log = log;
    }

    synchronized void warn(String line, long nowNanos) {
        Said last = said.get(line);
        if (last != null && nowNanos - last.nanos() < AGAIN_NANOS) {
            said.put(line, new Said(last.nanos(), last.unsaid() + 1));
            return;
        }
        int unsaid = last == null ? 0 : last.unsaid();
        said.put(line, new Said(nowNanos, 0));
        log.warn("{}{}", line, unsaid == 0 ? "" : " (and " + unsaid + " times more since it was last said)");
    }
}
