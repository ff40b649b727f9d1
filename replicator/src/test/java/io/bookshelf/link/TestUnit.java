package io.bookshelf.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.Companion;
import io.bookshelf.broker.EmbeddedBroker;
import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.web.StaticFiles;
import io.bookshelf.bus.WallClock;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreOptions;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A broker and links on loopback, which remember what they were told. */
final class TestUnit implements AutoCloseable, LinkListener {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final int LARGEST_VALUE = BrokerConfig.Limits.DEFAULTS.valueBytes();

    final List<Link> open = new CopyOnWriteArrayList<>();
    final List<String> closed = new CopyOnWriteArrayList<>();
    /** Which units' addresses were asked for, so that they be dialled. */
    final List<String> asked = new CopyOnWriteArrayList<>();

    final List<String> failures = new CopyOnWriteArrayList<>();
    final Map<String, List<PeerAddress>> addresses = new ConcurrentHashMap<>();
    volatile Consumer<byte[]> receiver = frame -> {};
    final Links links;
    private final TestTrust trust;
    private final Path data;
    private @Nullable StateStore store;
    private @Nullable EmbeddedBroker broker;

    TestUnit(TestTrust trust, Path folder) {
        this(trust, folder, new InetSocketAddress("127.0.0.1", 0));
    }

    TestUnit(TestTrust trust, Path folder, InetSocketAddress listen) {
        this.trust = trust;
        this.data = folder.resolve(trust.self().name());
        this.links = new Links(trust, LARGEST_VALUE, this::addressesOf, this);
        start(listen);
    }

    private List<PeerAddress> addressesOf(String unit) {
        asked.add(unit);
        return Objects.requireNonNull(addresses.getOrDefault(unit, List.of()));
    }

    void start(InetSocketAddress listen) {
        InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 0);
        BrokerConfig config = new BrokerConfig(
                trust.self().name(), loopback, loopback, listen, BrokerConfig.Limits.DEFAULTS, List.of(), List.of());
        StateStore opened = SqliteStateStore.open(data, StoreOptions.defaults());
        store = opened;
        broker = EmbeddedBroker.start(
                config,
                opened,
                WallClock.trusted(),
                AccessPolicy.OPEN,
                "test",
                links,
                Companion.none(config.unit()),
                StaticFiles.NONE);
    }

    void stop() {
        broker().close();
        Objects.requireNonNull(store).close();
    }

    EmbeddedBroker broker() {
        return Objects.requireNonNull(broker);
    }

    InetSocketAddress listen() {
        return Objects.requireNonNull(broker().listen());
    }

    PeerAddress address() {
        return new PeerAddress("127.0.0.1", listen().getPort());
    }

    /** Dials another unit from now on, and waits for the link. */
    Link dial(TestUnit other) {
        String name = other.trust.self().name();
        addresses.put(name, List.of(other.address()));
        links.keepLinked(Set.of(name));
        return link();
    }

    /** The one link that is open. */
    Link link() {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(open).as(() -> failures + " " + closed).hasSize(1));
        return open.getFirst();
    }

    @Override
    public void opened(Link link) {
        open.add(link);
    }

    @Override
    public void received(Link link, byte[] frame) {
        receiver.accept(frame);
    }

    @Override
    public void closed(Link link, String reason) {
        open.remove(link);
        closed.add(reason);
    }

    @Override
    public void notReached(String unit, String reason) {
        failures.add(reason);
    }

    @Override
    public void close() {
        links.close();
        stop();
    }
}
