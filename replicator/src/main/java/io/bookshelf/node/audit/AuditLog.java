package io.bookshelf.node.audit;

import io.bookshelf.broker.session.ListItem;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.WallClock;
import io.bookshelf.schema.Entry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records who paired, revoked, retired, or changed units and rules, wherever it was done: in the file {@code audit.log} of the
 * data folder, and the last {@value #SHOWN} of them for a topic. Commits drive it, those of entries that arrive from other
 * units included.
 *
 * <p>A thread of its own writes the file, so that no commit waits for it. Where more comes than it can write, the number of
 * those left out is recorded.
 */
public final class AuditLog implements AutoCloseable {
    /** The topic that shows the last records. */
    public static final String TOPIC = "$bookshelf/audit";

    static final int SHOWN = 64;

    private static final Logger log = LoggerFactory.getLogger(AuditLog.class);
    private static final int FILE_BYTES = 256 * 1024;
    private static final int MOST_WAITING = 1_000;
    private static final long CLOSE_MILLIS = 300;
    private static final String OWN = "local/bookshelf/";

    private final AuditFile file;
    private final String unit;
    private final LongFunction<String> unitOf;
    private final WallClock clock;
    private final ThreadPoolExecutor thread;
    private final AtomicLong leftOut = new AtomicLong();
    private final ArrayDeque<ListItem> shown = new ArrayDeque<>();
    private volatile @Nullable Consumer<List<ListItem>> publish;
    private boolean failing;

    /**
     * Opens the log of a data folder.
     *
     * @param unit this unit's name
     * @param unitOf the name of the unit that writes under a replica id
     */
    public AuditLog(Path folder, String unit, LongFunction<String> unitOf, WallClock clock) {
        this.file = new AuditFile(folder, FILE_BYTES);
        this.unit = unit;
        this.unitOf = unitOf;
        this.clock = clock;
        this.thread = new ThreadPoolExecutor(
                1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MOST_WAITING), task -> Thread.ofPlatform()
                        .daemon()
                        .name("bookshelf-audit")
                        .unstarted(task));
        thread.allowCoreThreadTimeOut(true);
    }

    /** Shows what the file has, and from now on what is added. */
    public void begin(Consumer<List<ListItem>> publisher) {
        publish = publisher;
        hand(() -> {
            try {
                List<String> last = file.last(SHOWN);
                // What was added meanwhile is in the file too.
                shown.clear();
                last.forEach(this::show);
            } catch (IOException e) {
                log.warn("audit: the file cannot be read, so the topic begins anew: {}", e.getMessage());
            }
            tell();
        });
    }

    /** Records what a commit says. On the writer's thread. */
    public void committed(Commit commit) {
        for (Commit.Outcome outcome : commit.outcomes()) {
            Entry entry = outcome.entry();
            if (entry != null && AuditRecord.isAbout(entry.key().name())) {
                record(new AuditRecord(
                        clock.millis(),
                        clock.known(),
                        AuditRecord.what(entry),
                        entry.key().name(),
                        entry.properties().writer(),
                        unitOf.apply(entry.version().replica()),
                        entry.version().toString()));
            }
        }
    }

    /**
     * Records what happened to this unit itself, such as new access rules. Any thread.
     *
     * @param about a level of a key, such as {@code access}
     */
    public void own(String about, String what, String more) {
        record(new AuditRecord(clock.millis(), clock.known(), what, OWN + about, "", unit, more));
    }

    private void record(AuditRecord record) {
        if (!hand(() -> write(record))) {
            leftOut.incrementAndGet();
        }
    }

    private boolean hand(Runnable task) {
        try {
            thread.execute(task);
            return true;
        } catch (RejectedExecutionException full) {
            return false;
        }
    }

    private void write(AuditRecord record) {
        long missing = leftOut.getAndSet(0);
        if (missing > 0) {
            append(new AuditRecord(
                    clock.millis(),
                    clock.known(),
                    missing + " records left out",
                    OWN + "audit",
                    "",
                    unit,
                    "too many came"));
        }
        append(record);
        tell();
    }

    private void append(AuditRecord record) {
        String line = record.json();
        show(line);
        try {
            file.append(line);
            failing = false;
        } catch (IOException | UnsupportedOperationException e) {
            if (!failing) {
                failing = true;
                log.warn("audit: not in the file: {} ({})", line, e.getMessage());
            }
        }
    }

    private void show(String line) {
        String key = AuditRecord.keyOf(line);
        if (key != null) {
            shown.add(new ListItem(key, null, line));
            if (shown.size() > SHOWN) {
                shown.removeFirst();
            }
        }
    }

    private void tell() {
        Consumer<List<ListItem>> to = publish;
        // Of many that wait only the last tells: the topic holds them all.
        if (to != null && thread.getQueue().isEmpty()) {
            to.accept(List.copyOf(shown.reversed()));
        }
    }

    /** Writes what waits, and ends. */
    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
