package io.bookshelf.cli;

import io.bookshelf.cli.config.HostPort;
import io.bookshelf.node.BookshelfNode;
import io.bookshelf.node.NodeConfig;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/** One unit in this process: started, announced, and closed by SIGTERM, SIGINT or SIGHUP, after which the exit code is 0. */
final class UnitProcess {
    /** A stop has two seconds in all; what was acknowledged is on disk anyway. */
    private static final long CLOSE_MILLIS = 1_700;

    private final Logger log;
    private final PrintWriter out;
    private final AtomicBoolean failed = new AtomicBoolean();
    private final AtomicReference<@Nullable BookshelfNode> running = new AtomicReference<>();

    UnitProcess(Logger log, PrintWriter out) {
        this.log = log;
        this.out = out;
    }

    /** Never returns once the unit runs; fails if it cannot start. */
    int run(Supplier<BookshelfNode> start, NodeConfig config) throws InterruptedException {
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, failure) -> log.error("thread {} ended by a mistake of ours", thread.getName(), failure));
        Thread hook = Thread.ofPlatform().name("stop").unstarted(this::stop);
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            BookshelfNode node = start.get();
            running.set(node);
            node.failure().thenAccept(this::end);
            out.println("ready unit=" + config.broker().unit() + " mqtt=" + HostPort.format(node.mqtt()) + " web="
                    + HostPort.format(node.web()) + where("listen", node.listen()) + where("web-tls", node.webTls()));
            out.flush();
        } catch (RuntimeException | Error e) {
            remove(hook);
            throw e;
        }
        new CountDownLatch(1).await();
        return 0;
    }

    /** Whoever supervises this process starts it again, on what is on disk. */
    private void end(Throwable why) {
        log.error("the unit ends with exit code 1, to be started again: its writer failed ({})", why.toString());
        failed.set(true);
        System.exit(1);
    }

    private static String where(String listener, @Nullable InetSocketAddress address) {
        return address == null ? "" : " " + listener + "=" + HostPort.format(address);
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyStopping) {
            // Then the hook ends the process.
        }
    }

    /** A JVM that a signal ends exits with 143; only halting inside the hook makes a clean stop exit with 0. */
    private void stop() {
        Thread closing = Thread.ofPlatform().daemon().name("close").start(this::close);
        boolean closed = false;
        try {
            closed = closing.join(Duration.ofMillis(CLOSE_MILLIS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!closed) {
            log.error("did not close within {} ms; ending anyway", CLOSE_MILLIS);
        }
        Runtime.getRuntime().halt(closed && !failed.get() ? 0 : 1);
    }

    private void close() {
        BookshelfNode node = running.get();
        if (node == null) {
            return;
        }
        try {
            node.close();
            log.info("stopped");
        } catch (RuntimeException e) {
            failed.set(true);
            log.error("did not stop cleanly", e);
        }
    }
}
