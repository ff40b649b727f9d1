package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.peer.RefusalLog;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log of clients; of those who have not proved who they are only as much as cannot fill it. Any thread. */
final class ClientLog {
    private static final Logger log = LoggerFactory.getLogger(ClientLog.class);

    private final Consumer<String> lines;
    private final RefusalLog strangers;
    private final RefusalLog failures;

    ClientLog() {
        this(System::nanoTime, line -> log.info("{}", line), line -> log.warn("{}", line));
    }

    /**
     * For tests.
     *
     * @param lines takes each line to the log
     * @param warnings takes those to it that tell of a fault of the unit's own
     */
    ClientLog(LongSupplier nanos, Consumer<String> lines, Consumer<String> warnings) {
        this.lines = lines;
        this.strangers = new RefusalLog(nanos, lines);
        this.failures = new RefusalLog(nanos, warnings);
    }

    /** @param who null for somebody who is not identified */
    void say(@Nullable Principal who, String line) {
        if (who == null || who.user().isEmpty()) {
            strangers.say(line);
        } else {
            lines.accept(line);
        }
    }

    /** Something came that nobody had thought of. */
    void failed(String line) {
        failures.say(line);
    }
}
