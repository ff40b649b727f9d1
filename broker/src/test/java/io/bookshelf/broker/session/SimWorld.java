package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.WallClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;

/** A unit without threads, sockets and disk: whatever could happen next happens when it is told to. */
final class SimWorld extends SimSubscribing implements WallClock, SessionContext.Reads {
    static final String[] KEYS = {"a", "a/1", "a/2", "a/b/1", "a/é", "b/1", "b/2"};

    private final byte[] payload;
    private final Limits limits;
    private final ArrayDeque<Submission> submitted = new ArrayDeque<>();
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final List<SimRead<?>> reads = new ArrayList<>();
    private final Map<String, ArrayDeque<String>> unsettled = new HashMap<>();
    private final Set<String> committed = new HashSet<>();
    private final int[] published = new int[3];
    final List<SimClient> clients = new ArrayList<>();
    private BrokerCounters counters = new BrokerCounters();
    private SessionRegistry registry;
    private long dropped;
    private long millis = 1_700_000_000_000L;

    SimWorld(Random random) {
        super(random, new SimStore(1 + random.nextInt(6)));
        this.payload = new byte[random.nextInt(3) == 0 ? 120_000 : 10];
        this.limits = limits(random);
        this.registry = start();
        for (int i = 0; i < 4; i++) {
            clients.add(new SimClient(this, "client" + i, i > 0));
        }
    }

    @Override
    SessionRegistry registry() {
        return registry;
    }

    private SessionRegistry start() {
        counters = new BrokerCounters();
        SessionContext context = new SessionContext(
                limits, AccessPolicy.OPEN, counters, this, submitted::add, this, new SystemTopics(), loop::add);
        return new SessionRegistry(context, store.sequence);
    }

    @Override
    public long millis() {
        return millis;
    }

    @Override
    public boolean known() {
        return true;
    }

    @Override
    public String source() {
        return "test";
    }

    @Override
    public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {
        reads.add(new SimRead<>(job, then));
    }

    boolean unchanged(String key, long sequence) {
        Entry entry = store.entries.get(Key.of(key));
        return entry != null && !entry.deleted() && entry.sequence() == sequence;
    }

    void written(Entry entry) {
        Entry now = store.entries.get(entry.key());
        assertThat(now == null ? 0 : now.sequence())
                .as("%s is delivered before it is stored", entry)
                .isGreaterThanOrEqualTo(entry.sequence());
    }

    void step() {
        millis += random.nextInt(3);
        SimClient client = clients.get(random.nextInt(clients.size()));
        SimClient.Link link = client.link;
        int dice = random.nextInt(100);
        if (dice < 22) {
            publish();
        } else if (dice < 34) {
            commit(1 + random.nextInt(8));
        } else if (dice < 48) {
            runLoop();
        } else if (dice < 54) {
            runRead();
        } else if (dice < 61) {
            deliverRead();
        } else if (link == null) {
            connect(client);
        } else if (dice < 75) {
            receive(link, 1 + random.nextInt(4));
        } else if (dice < 86) {
            acknowledge(link, 1 + random.nextInt(4));
        } else if (dice < 91) {
            toggleRoom(link);
        } else if (dice < 95) {
            subscribe(client, link);
        } else if (dice < 96) {
            unsubscribe(client, link);
        } else if (dice < 97) {
            breakOff(client, link);
        } else if (dice < 98) {
            connect(client);
        } else if (dice < 99) {
            registry.saveWhatWaits();
        } else if (random.nextInt(3) > 0) {
            registry.tick();
        } else {
            crash();
        }
    }

    private void publish() {
        int publisher = random.nextInt(published.length);
        String name = "p" + publisher + "#" + ++published[publisher];
        String topic = KEYS[random.nextInt(KEYS.length)];
        boolean retain = random.nextInt(3) > 0;
        int qos = random.nextInt(3);
        byte[] value = retain && random.nextInt(4) == 0 ? new byte[0] : payload;
        if (!retain && qos > 0) {
            clients.forEach(client -> expect(client, topic, name));
        }
        ArrayDeque<String> waiting = unsettled.computeIfAbsent("p" + publisher, p -> new ArrayDeque<>());
        waiting.add(name);
        ValueProperties properties = new ValueProperties(0, name, null, new byte[0], List.of(), "", "");
        PublishRequest request =
                new PublishRequest(null, topic, value, qos, retain, properties, 0, List.of(), refusal -> {
                    assertThat(refusal == null)
                            .as("refused: %s", String.valueOf(refusal))
                            .isTrue();
                    assertThat(committed)
                            .as("acknowledged before it is durable")
                            .contains(name);
                    assertThat(waiting.remove()).as("acknowledged in order").isEqualTo(name);
                });
        registry.router().publish(request);
    }

    private void commit(int most) {
        List<Commit.Outcome> outcomes = new ArrayList<>();
        while (outcomes.size() < most && !submitted.isEmpty()) {
            Submission submission = submitted.remove();
            if (submission instanceof Publication publication) {
                String name = publication.message.properties().contentType();
                if (name != null) {
                    committed.add(name);
                }
            }
            outcomes.add(store.apply(submission));
        }
        if (!outcomes.isEmpty()) {
            Commit commit = new Commit(outcomes, store.sequence);
            loop.add(() -> registry.router().route(commit));
        }
    }

    private void runLoop() {
        Runnable task = loop.poll();
        if (task != null) {
            task.run();
        }
    }

    private void runRead() {
        reads.stream().filter(read -> read.result == null).findFirst().ifPresent(read -> read.run(store));
    }

    private void deliverRead() {
        List<SimRead<?>> done =
                reads.stream().filter(read -> read.result != null).toList();
        if (!done.isEmpty()) {
            SimRead<?> read = done.get(random.nextInt(done.size()));
            reads.remove(read);
            read.deliver();
        }
    }

    private static void receive(SimClient.Link link, int most) {
        for (int i = 0; i < most && !link.network.isEmpty(); i++) {
            link.receive();
        }
    }

    private static void acknowledge(SimClient.Link link, int most) {
        for (int i = 0; i < most && link.open && !link.acks.isEmpty(); i++) {
            link.acknowledge();
        }
    }

    private static void toggleRoom(SimClient.Link link) {
        link.room = !link.room;
        Session session = link.session;
        if (link.room && session != null) {
            session.roomAgain();
        }
    }

    private void connect(SimClient client) {
        boolean clean = client.blank || random.nextInt(8) == 0;
        SimClient.Link link = client.new Link(1 + random.nextInt(12), client.durable ? 50_000 : 0);
        SimClient.Link old = client.link;
        if (clean || !client.durable) {
            client.forgotten();
            client.blank = true;
        }
        registry.connect(
                new SessionRegistry.ConnectRequest(client.id, link, clean, link.expirySeconds, null),
                new SessionRegistry.Connected() {
                    @Override
                    public void ready(Session session, boolean sessionPresent) {
                        welcome(link, session, sessionPresent);
                    }

                    @Override
                    public void refused(String why) {
                        throw new AssertionError(why);
                    }
                });
        if (old != null) {
            assertThat(old.open).as("the connection taken over is closed").isFalse();
        }
        if (client.link == null || client.link == old) {
            client.link = link;
        }
    }

    private void welcome(SimClient.Link link, Session session, boolean sessionPresent) {
        SimClient client = link.owner();
        if (!link.open) {
            registry.disconnected(session, link, false, link.expirySeconds);
            return;
        }
        client.link = link;
        link.session = session;
        if (!sessionPresent) {
            client.forgotten();
        }
        client.blank = false;
        registry.acknowledged(session, sessionPresent);
    }

    private void breakOff(SimClient client, SimClient.Link link) {
        link.lose(random.nextInt(link.network.size() + 1));
        boolean end = random.nextInt(6) == 0;
        closed(link, random.nextBoolean(), end ? 0 : link.expirySeconds);
    }

    void closed(SimClient.Link link, boolean goodbye, long expirySeconds) {
        SimClient client = link.owner();
        link.open = false;
        if (client.link == link) {
            client.link = null;
        }
        Session session = link.session;
        if (session != null) {
            link.session = null;
            client.doubt();
            if (expirySeconds == 0) {
                client.forgotten();
                client.blank = true;
            }
            registry.disconnected(session, link, goodbye, expirySeconds);
        }
    }

    private void crash() {
        submitted.forEach(submission -> {
            if (submission instanceof Publication publication) {
                String name = String.valueOf(publication.message.properties().contentType());
                clients.forEach(client -> client.expected.remove(name));
            }
        });
        submitted.clear();
        loop.clear();
        reads.clear();
        unsettled.values().forEach(ArrayDeque::clear);
        for (SimClient client : clients) {
            SimClient.Link link = client.link;
            if (link != null) {
                link.session = null;
                link.lose(random.nextInt(link.network.size() + 1));
                client.link = null;
            }
            client.doubt();
            if (!client.durable) {
                client.forgotten();
            }
        }
        dropped += counters.publishesDropped.sum();
        registry = start();
        Map<String, List<SessionChange.QueuedEvent>> events = new HashMap<>();
        store.sessions.keySet().forEach(id -> events.put(id, allEvents(id)));
        registry.restore(store.sessions(), events);
    }

    private List<SessionChange.QueuedEvent> allEvents(String client) {
        List<SessionChange.QueuedEvent> all = new ArrayList<>();
        long after = 0;
        List<SessionChange.QueuedEvent> some;
        while (!(some = store.events(client, after, 100, 100)).isEmpty()) {
            all.addAll(some);
            after = some.getLast().number();
        }
        return all;
    }

    /** Everybody comes back, reads and acknowledges, until nothing is left to do. */
    void drain() {
        for (SimClient client : clients) {
            if (client.link == null && client.durable) {
                connect(client);
            }
        }
        for (int i = 0; i < 3; i++) {
            settle();
            registry.saveWhatWaits();
            registry.tick();
        }
        settle();
    }

    private void settle() {
        boolean busy = true;
        while (busy) {
            busy = !submitted.isEmpty() || !loop.isEmpty() || !reads.isEmpty();
            commit(1 + random.nextInt(5));
            while (!loop.isEmpty()) {
                runLoop();
            }
            runRead();
            deliverRead();
            for (SimClient client : clients) {
                SimClient.Link link = client.link;
                if (link != null) {
                    busy |= !link.network.isEmpty() || !link.acks.isEmpty() || !link.room;
                    if (!link.room) {
                        toggleRoom(link);
                    }
                    receive(link, 3);
                    acknowledge(link, 3);
                }
            }
        }
    }

    void checkQuiet() {
        long lost = 0;
        for (SimClient client : clients) {
            if (client.link != null) {
                client.checkValues(store);
                lost += client.expected.stream().filter(committed::contains).count();
            }
        }
        dropped += counters.publishesDropped.sum();
        if (lost > dropped) {
            clients.forEach(client -> assertThat(client.expected)
                    .as("%s: events lost, %s dropped", client.id, dropped)
                    .isEmpty());
        }
        unsettled.forEach((publisher, names) ->
                assertThat(names).as("acknowledgements of " + publisher).isEmpty());
        store.sessions.forEach((id, kept) -> {
            assertThat(kept.inFlight).as("%s: packets left in the store", id).isEmpty();
            assertThat(kept.events).as("%s: events left in the store", id).isEmpty();
        });
        assertThat(counters.sessionsDisconnected.sum())
                .as("disconnected sessions")
                .isZero();
    }
}
