package io.bookshelf.node;

import io.bookshelf.broker.BrokerException;
import io.bookshelf.broker.ClassLoading;
import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreException;
import io.bookshelf.store.StoreOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A whole unit, wired together here and nowhere else; owns the lifecycle of its parts. */
public final class BookshelfNode implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BookshelfNode.class);

    private static final long TRIM_SECONDS = 10;

    private final AccessWatch access;
    private final StateStore store;
    private final EmbeddedBroker broker;
    private final ScheduledExecutorService trim;

    private BookshelfNode(AccessWatch access, StateStore store, EmbeddedBroker broker, ScheduledExecutorService trim) {
        this.access = access;
        this.store = store;
        this.broker = broker;
        this.trim = trim;
    }

    /**
     * Begins, on a thread of its own, to load what a unit needs, and returns at once. Worth calling first of all: a start is for
     * the most part the loading of classes, and most machines have a second core for it.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("bookshelf-classes").start(ClassLoading::load);
    }

    /** Starts a unit whose access settings do not change while it runs, its password file excepted. */
    public static BookshelfNode start(NodeConfig config) {
        return start(config, config::access, null);
    }

    /**
     * Starts a unit; when this returns, its listeners accept.
     *
     * @param access reads the access settings: at the start, and when {@code settingsFile} or the password file has
     *     changed
     * @param settingsFile the file that the settings come from, null for none
     * @throws NodeException with a sentence that says what to do
     */
    public static BookshelfNode start(NodeConfig config, Supplier<AccessSettings> access, @Nullable Path settingsFile) {
        FutureTask<KernelClock.Source> time = new FutureTask<>(LinuxTime::new);
        Thread.ofPlatform().daemon().name("bookshelf-clock").start(time);
        Build build = Build.current();
        AccessWatch watch = watch(access, settingsFile);
        try {
            StateStore store =
                    SqliteStateStore.open(config.data(), StoreOptions.defaults().withDurability(config.durability()));
            try {
                return start(config, build, watch, store, await(time));
            } catch (RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (StoreException | BrokerException e) {
            watch.close();
            throw new NodeException(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            watch.close();
            throw e;
        }
    }

    private static AccessWatch watch(Supplier<AccessSettings> access, @Nullable Path settingsFile) {
        try {
            return new AccessWatch(access, settingsFile);
        } catch (RuntimeException e) {
            throw new NodeException(String.valueOf(e.getMessage()));
        }
    }

    private static KernelClock.Source await(FutureTask<KernelClock.Source> time) {
        try {
            return time.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the kernel's clock cannot be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("the start was interrupted");
        }
    }

    private static BookshelfNode start(
            NodeConfig config, Build build, AccessWatch watch, StateStore store, KernelClock.Source time) {
        long lastMillis = HybridClock.millis(store.head().clock());
        KernelClock clock = new KernelClock(config.trustWallClock(), build.built(), lastMillis, time);
        if (!clock.known()) {
            log.info("clock: the kernel does not call it synchronised, so nothing expires until it does"
                    + " (or set clock.trust = \"always\")");
        }
        EmbeddedBroker broker = EmbeddedBroker.start(config.broker(), store, clock, watch.policy(), build.version());
        return new BookshelfNode(watch, store, broker, trimWhenIdle(broker.counters()));
    }

    private static ScheduledExecutorService trimWhenIdle(BrokerCounters counters) {
        IdleTrim trim = new IdleTrim(() -> counters.packetsReceived.sum() + counters.packetsSent.sum(), System::gc);
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name("bookshelf-trim").unstarted(task));
        timer.scheduleWithFixedDelay(trim::look, TRIM_SECONDS, TRIM_SECONDS, TimeUnit.SECONDS);
        return timer;
    }

    /** Where MQTT over TCP listens. */
    public InetSocketAddress mqtt() {
        return broker.mqtt();
    }

    /** Where HTTP and MQTT over WebSocket listen. */
    public InetSocketAddress web() {
        return broker.web();
    }

    /** Where MQTT over TLS listens for those with a certificate, null for nowhere. */
    public @Nullable InetSocketAddress listen() {
        return broker.listen();
    }

    /** Stops the unit: says goodbye to its clients, commits what was taken, closes the store. */
    @Override
    public void close() {
        List<RuntimeException> failures = new ArrayList<>();
        for (Runnable part : List.<Runnable>of(trim::shutdownNow, broker::close, store::close, access::close)) {
            try {
                part.run();
            } catch (RuntimeException e) {
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }
}
