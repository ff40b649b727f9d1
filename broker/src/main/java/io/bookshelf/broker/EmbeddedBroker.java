package io.bookshelf.broker;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.admission.Admission;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.metrics.BrokerMetrics;
import io.bookshelf.broker.metrics.ProcessFacts;
import io.bookshelf.broker.mqtt.Entrance;
import io.bookshelf.broker.mqtt.MqttEndpoint;
import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerTrust;
import io.bookshelf.broker.peer.RefusalLog;
import io.bookshelf.broker.session.ListItem;
import io.bookshelf.broker.session.SessionContext;
import io.bookshelf.broker.session.SessionRegistry;
import io.bookshelf.broker.session.SystemTopics;
import io.bookshelf.broker.tls.TlsDoor;
import io.bookshelf.broker.web.SignInPages;
import io.bookshelf.broker.web.StaticFiles;
import io.bookshelf.broker.web.WebConfig;
import io.bookshelf.broker.web.WebContent;
import io.bookshelf.broker.web.WebPipeline;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Committer;
import io.bookshelf.bus.StateBus;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.WallClock;
import io.bookshelf.store.Holder;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreReader;
import io.netty.channel.nio.NioEventLoopGroup;
import java.io.Closeable;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A unit's MQTT broker over its store: one loop thread for sockets and sessions, one writer thread, two readers. This class
 * wires them together and owns their lifecycle; the store belongs to whoever hands it in.
 */
public final class EmbeddedBroker implements Closeable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final long SAVE_MILLIS = 100;
    private static final long GOODBYE_MILLIS = 300;

    private static final ThreadFactory LOOP_THREAD =
            task -> Thread.ofPlatform().name("bookshelf-loop").unstarted(task);

    private final NioEventLoopGroup loop;
    private final BrokerCounters counters = new BrokerCounters();
    private final SystemTopics topics = new SystemTopics();
    private final ReadPool reads;
    private final StateBus bus;
    private final SessionRegistry sessions;
    private final MqttEndpoint endpoint;
    private final UnitTopics unitTopics;
    private final Listeners listeners;
    private final MemoryBudget budget;
    private final AccessPolicy access;
    private final @Nullable PeerDoor door;
    private final Companion companion;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private volatile long tombstoneFloor;
    private InetSocketAddress mqtt;
    private InetSocketAddress web;
    private @Nullable InetSocketAddress listen;
    private @Nullable InetSocketAddress webTls;
    private final List<TlsDoor> doors = new ArrayList<>();

    /** Starts a broker to which nobody comes in by certificate. */
    public static EmbeddedBroker start(
            BrokerConfig config, StateStore store, WallClock wall, AccessPolicy access, String version) {
        return start(config, store, wall, access, version, null, Companion.none(config.unit()), StaticFiles.NONE);
    }

    /**
     * Starts a broker; when this returns, its listeners accept.
     *
     * @param door judges those who come in by certificate and takes their links; null if {@code config} has no listener
     *     for them
     * @param version Bookshelf's version, for those who ask
     * @param companion follows the commits
     * @param app what browsers get from the web port
     * @throws BrokerException if a listener's address cannot be had
     */
    public static EmbeddedBroker start(
            BrokerConfig config,
            StateStore store,
            WallClock wall,
            AccessPolicy access,
            String version,
            @Nullable PeerDoor door,
            Companion companion,
            StaticFiles app) {
        if ((config.listen() != null || config.webTls() != null) && door == null) {
            throw new IllegalArgumentException("a listener for certificates, and nothing to judge them by");
        }
        EmbeddedBroker broker = new EmbeddedBroker(config, store, wall, access, version, door, companion);
        try {
            broker.open(config, store, version, app);
            return broker;
        } catch (RuntimeException e) {
            try {
                broker.close();
            } catch (RuntimeException closing) {
                e.addSuppressed(closing);
            }
            throw e;
        }
    }

    private EmbeddedBroker(
            BrokerConfig config,
            StateStore store,
            WallClock wall,
            AccessPolicy local,
            String version,
            @Nullable PeerDoor door,
            Companion companion) {
        access = new PeerAccess(local, door != null || companion.signIn() != null, this::isPeerLetIn);
        this.door = door;
        this.companion = companion;
        this.mqtt = config.mqtt();
        this.web = config.web();
        this.loop = new NioEventLoopGroup(1, LOOP_THREAD);
        this.reads = new ReadPool(store, loop);
        Committer committer =
                new Committer(store, wall, () -> tombstoneFloor, companion.tombstones(), companion.ceilingMillis());
        this.bus = new StateBus(
                committer,
                this::committed,
                config.limits().busBytes(),
                () -> onLoop(this::resumePublishers),
                this::writerFailed);
        RefusalLog limits = new RefusalLog(System::nanoTime, line -> log.warn("{}", line));
        long memory = config.limits().memoryBytes();
        this.budget = new MemoryBudget(
                memory > 0 ? memory : MemoryBudget.forHeap(Runtime.getRuntime().maxMemory()), limits::say);
        SessionContext context = new SessionContext(
                config.limits(), access, counters, wall, this::submit, reads, topics, loop::execute, budget);
        this.sessions = new SessionRegistry(context, store.head().sequence());
        this.endpoint = new MqttEndpoint(
                config.unit(),
                companion::unitOf,
                config.limits(),
                access,
                counters,
                wall,
                sessions,
                bus::full,
                loop,
                door,
                companion.tokens());
        this.unitTopics = new UnitTopics(config, version, store, bus, wall, counters, topics, sessions, companion);
        this.listeners = new Listeners(
                loop, counters, new Admission(config.limits().connections(), budget, limits::say), budget.total());
    }

    /** Phones by what the state says of their keys, all others of a reserved name by their certificates. */
    private boolean isPeerLetIn(Holder holder) {
        return PeerAccess.isPhone(holder.user())
                ? companion.tokens().mayStay(holder.user())
                : door != null && door.trust().isLetIn(holder.proof());
    }

    /** Whenever somebody may have been put out, all that is theirs is looked for: connections first, which are told why. */
    private void followAdmission() {
        access.onChange(this::judgeSessionsAgain);
        companion.tokens().onChange(() -> {
            endpoint.judgePhonesAgain();
            judgeSessionsAgain();
        });
    }

    private void judgeSessionsAgain() {
        onLoop(sessions::judgeAgain);
    }

    private void submit(Submission submission) {
        bus.submit(submission);
    }

    private void resumePublishers() {
        endpoint.resumePublishers();
    }

    private void open(BrokerConfig config, StateStore store, String version, StaticFiles app) {
        bus.start();
        try (StoreReader reader = store.openReader()) {
            followAdmission();
            loop.submit(() -> sessions.restore(reader)).syncUninterruptibly();
        }
        loop.submit(unitTopics::tick).syncUninterruptibly();
        every(1_000, this::tick);
        every(SAVE_MILLIS, sessions::saveWhatWaits);
        mqtt = listeners.listen("mqtt", config.mqtt(), channel -> endpoint.install(channel.pipeline(), Entrance.PLAIN));
        BrokerMetrics metrics = new BrokerMetrics(
                config.unit(),
                version,
                counters,
                bus::head,
                unitTopics::storeHealth,
                ProcessFacts::now,
                budget::status);
        WebContent content = new WebContent(config.unit(), () -> mqtt, unitTopics::health, metrics::text, app);
        WebPipeline pages = new WebPipeline(
                webConfig(config),
                content,
                new SignInPages(config.unit(), companion.signIn(), () -> access.authenticate("", null, null) != null),
                Set::of,
                (pipeline, peer) -> endpoint.install(pipeline, Entrance.WEB));
        web = listeners.listen(
                "web", config.web(), channel -> pages.install(channel.pipeline(), channel.localAddress()));
        if (door != null) {
            letPeersIn(config, door.trust(), content);
        }
        loop.submit(() -> unitTopics.listening(mqtt, web, listen, webTls)).syncUninterruptibly();
    }

    private void letPeersIn(BrokerConfig config, PeerTrust trust, WebContent content) {
        if (config.webTls() != null) {
            TlsDoor entrance = TlsDoor.asking(trust, "web_tls");
            doors.add(entrance);
            // Before the connections that it has handed over, so that none is missed on its way from one to the other.
            trust.onChange(() -> onLoop(entrance::judgeAgain));
            SignInPages signIn = new SignInPages(config.unit(), companion.signIn(), () -> false);
            WebPipeline pages =
                    new WebPipeline(webConfig(config), content, signIn, trust::hostNames, (pipeline, peer) -> {
                        entrance.handedOver(pipeline.channel());
                        endpoint.install(pipeline, Entrance.webTls(peer));
                    });
            webTls = listeners.listen(
                    "web_tls",
                    config.webTls(),
                    channel -> entrance.install(
                            channel, peer -> pages.install(channel.pipeline(), channel.localAddress(), peer)));
        }
        trust.onChange(() -> endpoint.judgeAgain(trust, this::judgeSessionsAgain));
        // What was revoked while the sessions were taken back.
        judgeSessionsAgain();
        if (config.listen() != null) {
            TlsDoor entrance = TlsDoor.demanding(trust, "listen");
            doors.add(entrance);
            listen = listeners.listen(
                    "listen",
                    config.listen(),
                    channel -> entrance.install(
                            channel, peer -> endpoint.install(channel.pipeline(), Entrance.certified(peer))));
        }
    }

    private WebConfig webConfig(BrokerConfig config) {
        return new WebConfig(
                config.limits().connectSeconds(), endpoint.maximumPacketSize(), config.webHosts(), config.webOrigins());
    }

    private void every(long millis, Runnable task) {
        loop.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        log.error("a mistake of ours: {}", e.toString(), e);
                    }
                },
                millis,
                millis,
                TimeUnit.MILLISECONDS);
    }

    private void tick() {
        sessions.tick();
        endpoint.tick();
        unitTopics.tick();
        tombstoneFloor = sessions.tombstoneFloor();
    }

    /** On the writer's thread. */
    private void committed(Commit commit) {
        counters.commits.increment();
        commit.outcomes().forEach(outcome -> {
            if (outcome.entry() != null) {
                counters.writes.increment();
            }
        });
        onLoop(() -> sessions.router().route(commit));
        companion.committed(commit, bus.head());
    }

    /** On the writer's thread, at its end: a broker that cannot write must not look like one that can. */
    private void writerFailed(Throwable why) {
        Thread.ofPlatform().name("bookshelf-stop").start(() -> {
            try {
                close();
            } finally {
                failure.complete(why);
            }
        });
    }

    /**
     * Completes with the reason once this broker has closed by itself, because its writer met an internal error: whoever runs it
     * opens the store again, best in another process.
     */
    public CompletionStage<Throwable> failure() {
        return failure.minimalCompletionStage();
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loop has stopped: nobody is left to be told.
        }
    }

    /** Where MQTT over TCP listens. */
    public InetSocketAddress mqtt() {
        return mqtt;
    }

    /** Where HTTP and MQTT over WebSocket listen. */
    public InetSocketAddress web() {
        return web;
    }

    /** Where MQTT over TLS listens, null for nowhere. */
    public @Nullable InetSocketAddress listen() {
        return listen;
    }

    /** Where HTTPS and MQTT over WebSocket listen, null for nowhere. */
    public @Nullable InetSocketAddress webTls() {
        return webTls;
    }

    /** Hands something to the bus, as the companion does; see {@link StateBus#submit}. Any thread. */
    public void hand(Submission submission) {
        bus.submit(submission);
    }

    /** Sets one of the unit's own topics, below {@code $bookshelf/}; null takes it away. Any thread. */
    public void say(String topic, @Nullable String text) {
        onLoop(() -> topics.set(topic, text == null ? "" : text));
    }

    /** Sets one of the unit's own topics to a list of which each reader gets what it may read. Any thread. */
    public void publishList(String topic, List<ListItem> items) {
        onLoop(() -> topics.set(topic, items));
    }

    /** What has been counted since the start. */
    public BrokerCounters counters() {
        return counters;
    }

    /** Says goodbye to the clients, commits what was taken, and stops, the first time. The store stays open. */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        listeners.close();
        loop.submit(() -> {
                    sessions.tick();
                    endpoint.shutDown();
                })
                .awaitUninterruptibly(GOODBYE_MILLIS);
        bus.close();
        loop.shutdownGracefully(0, GOODBYE_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly(2 * GOODBYE_MILLIS);
        reads.close();
        doors.forEach(TlsDoor::close);
    }
}
