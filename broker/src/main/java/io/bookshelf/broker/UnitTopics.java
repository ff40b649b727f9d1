package io.bookshelf.broker;

import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.metrics.SysTopics;
import io.bookshelf.broker.metrics.UnitDocuments;
import io.bookshelf.broker.session.SessionRegistry;
import io.bookshelf.broker.session.SystemTopics;
import io.bookshelf.broker.web.SignIn;
import io.bookshelf.broker.web.WebContent;
import io.bookshelf.bus.StateBus;
import io.bookshelf.bus.WallClock;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreHealth;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps {@code $SYS/…} and {@code $bookshelf/…} up to date: all every ten seconds, what matters at once every second. */
final class UnitTopics {
    private static final int SECONDS_BETWEEN_SAMPLES = 10;

    private final BrokerConfig config;
    private final Companion companion;
    private final String version;
    private final StateStore store;
    private final StateBus bus;
    private final WallClock wall;
    private final SystemTopics topics;
    private final UnitDocuments documents = new UnitDocuments();
    private final SysTopics sys;
    private final long startMillis;
    private final Map<String, String> listeners = new LinkedHashMap<>();
    private long seconds;
    private long toldReplica;
    private Vital last = new Vital(true, "", 0, 0, 0);
    private List<String> lastProblems = List.of();

    /** What of the unit's health is told at once. */
    private record Vital(boolean writable, String problem, long damaged, long missing, int setAside) {
        static Vital of(StoreHealth health) {
            return new Vital(
                    health.writable(),
                    health.problem(),
                    health.damagedRows(),
                    health.missingRows(),
                    health.filesSetAside().size());
        }
    }

    UnitTopics(
            BrokerConfig config,
            String version,
            StateStore store,
            StateBus bus,
            WallClock wall,
            BrokerCounters counters,
            SystemTopics topics,
            SessionRegistry sessions,
            Companion companion) {
        this.companion = companion;
        this.config = config;
        this.version = version;
        this.store = store;
        this.bus = bus;
        this.wall = wall;
        this.topics = topics;
        this.startMillis = wall.millis();
        this.sys = new SysTopics(version, monotonicMillis(), counters, () -> facts(sessions));
    }

    private SysTopics.Facts facts(SessionRegistry sessions) {
        Runtime runtime = Runtime.getRuntime();
        return new SysTopics.Facts(
                bus.head().keys(),
                sessions.queuedEvents(),
                store.health().fileBytes(),
                runtime.totalMemory() - runtime.freeMemory());
    }

    private static long monotonicMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    /** Once a second, on the loop. */
    void tick() {
        StoreHealth health = storeHealth();
        Vital vital = Vital.of(health);
        boolean sample = seconds++ % SECONDS_BETWEEN_SAMPLES == 0;
        if (sample) {
            sys.sample(monotonicMillis()).forEach(topics::set);
            topics.set("$bookshelf/clock", documents.clock(clock()));
        }
        List<String> problems = problems();
        if (sample || !vital.equals(last) || !problems.equals(lastProblems)) {
            last = vital;
            lastProblems = problems;
            topics.set("$bookshelf/health", documents.health(health, bus.head(), problems, companion.lastAgreed()));
        }
        if (!listeners.isEmpty() && store.replica() != toldReplica) {
            tellUnit();
        }
    }

    private List<String> problems() {
        if (!bus.timesToLiveAtRisk()) {
            return companion.problems();
        }
        List<String> all = new ArrayList<>(companion.problems());
        all.add(
                "the time of day is not known, and values were given a time to live: they end in time as long as this unit"
                        + " runs; synchronise the clock, or set clock.trust = \"always\" if it is right");
        return all;
    }

    private UnitDocuments.Clock clock() {
        return new UnitDocuments.Clock(wall.millis(), wall.known(), wall.source(), bus.lastStamp());
    }

    /** Once the listeners are there. */
    void listening(
            InetSocketAddress mqtt,
            InetSocketAddress web,
            @Nullable InetSocketAddress listen,
            @Nullable InetSocketAddress webTls) {
        listeners.put("mqtt", text(mqtt));
        listeners.put("web", text(web));
        if (listen != null) {
            listeners.put("listen", text(listen));
        }
        if (webTls != null) {
            listeners.put("web-tls", text(webTls));
        }
        tellUnit();
    }

    /** Again when damage to the store has made another author of this unit. */
    private void tellUnit() {
        toldReplica = store.replica();
        Map<String, Long> limits = new LinkedHashMap<>();
        limits.put("keyBytes", (long) config.limits().keyBytes());
        limits.put("valueBytes", (long) config.limits().valueBytes());
        limits.put("connections", (long) config.limits().connections());
        limits.put("sessionSeconds", config.limits().sessionSeconds());
        limits.put("queuedEvents", (long) config.limits().queuedEvents());
        SignIn signIn = companion.signIn();
        topics.set(
                "$bookshelf/unit",
                documents.unit(new UnitDocuments.Unit(
                        config.unit(),
                        signIn == null ? "" : signIn.network(),
                        toldReplica,
                        version,
                        startMillis,
                        listeners,
                        limits)));
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /** The store's, as long as anybody writes to it. Any thread. */
    StoreHealth storeHealth() {
        StoreHealth health = store.health();
        return bus.failed() ? health.withoutWriter() : health;
    }

    /** What {@code /healthz} answers. Any thread. */
    WebContent.Health health() {
        StoreHealth health = storeHealth();
        return new WebContent.Health(
                health.writable(), documents.health(health, bus.head(), problems(), companion.lastAgreed()));
    }
}
