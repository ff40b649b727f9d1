package io.bookshelf.node;

import io.bookshelf.broker.BrokerException;
import io.bookshelf.broker.ClassLoading;
import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.metrics.UnitDocuments;
import io.bookshelf.broker.web.StaticFiles;
import io.bookshelf.catalogue.Catalogue;
import io.bookshelf.catalogue.KeyDescription;
import io.bookshelf.node.audit.AuditLog;
import io.bookshelf.node.replication.AuthorNames;
import io.bookshelf.node.replication.Replicator;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreException;
import io.bookshelf.store.StoreOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
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

    private static final String CATALOGUE_TOPIC = "$bookshelf/catalogue/";
    private static final long TRIM_SECONDS = 10;
    /** Where on the class path the app is, if it is there: clients/web makes it. */
    private static final String APP = "io/bookshelf/web/app";

    private final AccessWatch access;
    private final StateStore store;
    private final AuditLog audit;
    private final @Nullable Network network;
    private final EmbeddedBroker broker;
    private final ScheduledExecutorService trim;

    private BookshelfNode(
            AccessWatch access,
            StateStore store,
            AuditLog audit,
            @Nullable Network network,
            EmbeddedBroker broker,
            ScheduledExecutorService trim) {
        this.access = access;
        this.store = store;
        this.audit = audit;
        this.network = network;
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
        FutureTask<Catalogue> catalogue = new FutureTask<>(() -> CatalogueFiles.read(config.catalogue()));
        Thread.ofPlatform().daemon().name("bookshelf-catalogue").start(catalogue);
        Build build = Build.current();
        AccessWatch watch = watch(access, settingsFile);
        try {
            Beside beside = Beside.of(config, build);
            StateStore store = SqliteStateStore.open(config.data(), beside.options(config));
            try {
                return start(config, build, watch, store, await(time), beside, await(catalogue));
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

    private static <T> T await(FutureTask<T> part) {
        try {
            return part.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof NodeException told
                    ? told
                    : new IllegalStateException("a part of the start failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NodeException("the start was interrupted");
        }
    }

    private static BookshelfNode start(
            NodeConfig config,
            Build build,
            AccessWatch watch,
            StateStore store,
            KernelClock.Source time,
            Beside beside,
            Catalogue catalogue) {
        long lastMillis = HybridClock.millis(store.head().clock());
        KernelClock clock = new KernelClock(config.trustWallClock(), build.built(), lastMillis, time);
        if (!clock.isPossible()) {
            log.warn("clock: it is more than 50 years ahead of the time at which this software was built, which cannot"
                    + " be: set it; until then nothing expires");
        } else if (!clock.known()) {
            log.info("clock: the kernel does not call it synchronised, so a time to live ends only"
                    + " as long as the unit runs at which it was given, until it does"
                    + " (or set clock.trust = \"always\")");
        }
        Network network = beside.network(config, build, store, clock);
        String unit = config.broker().unit();
        AuditLog audit = network != null ? network.audit() : new AuditLog(config.data(), unit, id -> unit, clock);
        watch.onChange(() -> audit.own("access", "access changed", "the password file and the rules were read again"));
        try {
            StaticFiles app = StaticFiles.onClassPath(BookshelfNode.class.getClassLoader(), APP);
            EmbeddedBroker broker = EmbeddedBroker.start(
                    config.broker(),
                    store,
                    network == null ? clock : network.clock(),
                    watch.policy(),
                    build.version(),
                    network == null ? null : network.door(),
                    network == null ? new Alone(unit, audit) : network,
                    app);
            if (network != null) {
                network.begin(broker);
            } else {
                audit.begin(items -> broker.publishList(AuditLog.TOPIC, items));
            }
            UnitDocuments documents = new UnitDocuments();
            for (KeyDescription each : catalogue.descriptions()) {
                broker.say(CATALOGUE_TOPIC + each.pattern(), documents.description(each));
            }
            return new BookshelfNode(watch, store, audit, network, broker, trimWhenIdle(broker.counters()));
        } catch (RuntimeException e) {
            if (network != null) {
                network.close();
            }
            throw e;
        }
    }

    /** What has to be there before the store of a unit that has peers. */
    private record Beside(
            @Nullable Replicator replicator, @Nullable ReportsLater reports, AuthorNames names) {
        static Beside of(NodeConfig config, Build build) {
            ReportsLater reports = new ReportsLater();
            return config.pki() == null
                    ? new Beside(null, null, new AuthorNames())
                    : new Beside(Network.replicator(config, build, reports), reports, new AuthorNames());
        }

        StoreOptions options(NodeConfig config) {
            StoreOptions options = StoreOptions.defaults()
                    .withDurability(config.durability())
                    .withRandom(AuthorNames.replicaIds(config.broker().unit(), new SecureRandom()));
            return replicator == null ? options : options.withIndexes(List.of(replicator));
        }

        @Nullable
        Network network(NodeConfig config, Build build, StateStore store, KernelClock clock) {
            Path certificates = config.pki();
            return certificates == null || replicator == null || reports == null
                    ? null
                    : new Network(config, certificates, build, store, clock, replicator, reports, names);
        }
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

    /** Where HTTPS and MQTT over WebSocket listen, null for nowhere. */
    public @Nullable InetSocketAddress webTls() {
        return broker.webTls();
    }

    /** See {@link EmbeddedBroker#failure()}: only closing is left to be done then. */
    public CompletionStage<Throwable> failure() {
        return broker.failure();
    }

    /** Stops the unit: says goodbye to its clients, commits what was taken, closes the store. */
    @Override
    public void close() {
        List<RuntimeException> failures = new ArrayList<>();
        Runnable leave = network == null ? () -> {} : network::close;
        for (Runnable part :
                List.<Runnable>of(trim::shutdownNow, broker::close, leave, audit::close, store::close, access::close)) {
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
