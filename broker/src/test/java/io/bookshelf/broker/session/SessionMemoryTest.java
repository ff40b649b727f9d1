package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Tier;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.session.SubscriptionChanges.Wanted;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import io.bookshelf.store.StoredSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What sessions hold stays within the memory budget, and is given back with what it was for. */
final class SessionMemoryTest {
    private static final long TOTAL = 400_000;
    private static final Owner ANNA = new Owner("anna", "10.0.0.1", "listen", Tier.STRANGER);

    private long total = TOTAL;
    private final SimClock clock = new SimClock();
    private final SimStore store = new SimStore(512, clock);
    private final SimBus bus = new SimBus(store);
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final BrokerCounters counters = new BrokerCounters();
    private MemoryBudget budget = new MemoryBudget(TOTAL, line -> {});
    private SessionRegistry registry = start();

    private SessionRegistry start() {
        budget = new MemoryBudget(total, line -> {});
        SessionContext.Reads reads = new SessionContext.Reads() {
            @Override
            public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {
                loop.add(() -> then.accept(job.apply(store)));
            }
        };
        SessionContext context = new SessionContext(
                Limits.DEFAULTS,
                AccessPolicy.OPEN,
                counters,
                clock,
                bus::submit,
                reads,
                new SystemTopics(),
                loop::add,
                budget);
        return new SessionRegistry(context, store.sequence);
    }

    private void run() {
        while (!bus.idle() || !loop.isEmpty()) {
            if (!bus.idle()) {
                registry.router().route(new Commit(bus.commit(1_000), store.sequence));
            }
            for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
                task.run();
            }
        }
    }

    private void seconds(int count) {
        for (int i = 0; i < count; i++) {
            registry.tick();
            run();
        }
    }

    private final class Client implements ClientLink {
        final String id;
        final Owner owner;
        final List<String> received = new ArrayList<>();
        int takes = Integer.MAX_VALUE;

        @Nullable
        CloseReason closed;

        @Nullable
        String refused;

        boolean present;

        @Nullable
        Session session;

        Client(String id, Owner owner) {
            this.id = id;
            this.owner = owner;
        }

        Session session() {
            return Objects.requireNonNull(session);
        }

        Client connect(long expirySeconds, @Nullable Will will) {
            registry.connect(
                    new SessionRegistry.ConnectRequest(id, this, false, expirySeconds, will),
                    new SessionRegistry.Connected() {
                        @Override
                        public void ready(Session mine, boolean there) {
                            session = mine;
                            present = there;
                            registry.acknowledged(mine, there);
                        }

                        @Override
                        public void refused(String why) {
                            refused = "quota";
                        }

                        @Override
                        public void busy(String why) {
                            refused = "busy";
                        }
                    });
            run();
            return this;
        }

        boolean subscribe(String filter, int qos) {
            Wanted wanted = new Wanted(TopicFilter.parse(filter), qos, 0);
            if (!SubscriptionChanges.mayHold(session(), wanted)) {
                return false;
            }
            registry.subscriptions().subscribe(session(), List.of(wanted), refusal -> {});
            run();
            return true;
        }

        void unsubscribe(String filter) {
            registry.subscriptions().unsubscribe(session(), List.of(filter), existed -> {});
            run();
        }

        void breakOff() {
            leave(session().expirySeconds(), false);
        }

        void leave(long expirySeconds, boolean goodbye) {
            registry.disconnected(session(), this, goodbye, expirySeconds);
            run();
        }

        @Override
        public Principal principal() {
            return new Principal(id, owner.principal());
        }

        @Override
        public Owner owner() {
            return owner;
        }

        @Override
        public boolean hasRoom() {
            return received.size() < takes;
        }

        @Override
        public int receiveMaximum() {
            return 10;
        }

        @Override
        public boolean publish(Delivery delivery, int packetId, boolean again) {
            received.add(delivery.message().topic());
            if (packetId > 0) {
                loop.add(() -> session().puback(packetId));
            }
            return true;
        }

        @Override
        public void pubrel(int packetId) {}

        @Override
        public void close(CloseReason reason) {
            closed = reason;
            registry.disconnected(session(), this, false, session().expirySeconds());
        }
    }

    private Client connected(String id, long expirySeconds) {
        return new Client(id, Owner.UNIT).connect(expirySeconds, null);
    }

    private static Will will(int bytes) {
        return new Will("w", new byte[bytes], 1, true, ValueProperties.NONE, 0, 0);
    }

    private void publish(String topic, int bytes, boolean retain) {
        registry.router()
                .publish(new PublishRequest(
                        null,
                        topic,
                        new byte[bytes],
                        1,
                        retain,
                        ValueProperties.NONE,
                        0,
                        false,
                        List.of(),
                        refusal -> {}));
        run();
    }

    @Test
    void aSessionTooManyTakesThePlaceOfTheNewestThatWasLeft() {
        Client oldest = connected("oldest", 100);
        oldest.breakOff();
        int made = 0;
        while (budget.status().evicted() == 0 && made++ < 100) {
            connected("random-" + made, 100).breakOff();
            budget.tick();
        }
        assertThat(made).isEqualTo(24);
        assertThat(budget.used(Kind.SESSION)).isLessThanOrEqualTo(102_000);
        assertThat(connected("random-23", 100).present).isFalse();
        assertThat(connected("oldest", 100).present).isTrue();
        assertThat(store.sessions()).extracting(StoredSession::clientId).doesNotContain("random-24");
    }

    @Test
    void aSessionTooManyIsRefusedWhereAllOthersAreInUse() {
        List<Client> clients = new ArrayList<>();
        do {
            clients.add(connected("c" + clients.size(), 100));
        } while (clients.getLast().refused == null);
        assertThat(clients).hasSize(25);
        assertThat(clients.getLast().refused).isEqualTo("busy");
        assertThat(store.sessions()).hasSize(24);
        clients.getFirst().leave(0, true);
        assertThat(connected("another", 100).refused).isNull();
    }

    @Test
    void aUserFillsTheirQuotaAndNobodyElses() {
        List<Client> clients = new ArrayList<>();
        do {
            clients.add(new Client("c" + clients.size(), ANNA).connect(100, will(5_000)));
        } while (clients.getLast().refused == null);
        assertThat(clients).hasSizeLessThan(12);
        assertThat(clients.getLast().refused).isEqualTo("quota");
        assertThat(connected("other", 100).refused).isNull();
    }

    @Test
    void willsAreBoundedAndGivenBack() {
        List<Client> clients = new ArrayList<>();
        do {
            clients.add(new Client("c" + clients.size(), Owner.UNIT).connect(0, will(20_000)));
        } while (clients.getLast().refused == null);
        assertThat(clients).hasSize(4);
        assertThat(clients.getLast().refused).isEqualTo("quota");
        assertThat(budget.used(Kind.WILL)).isEqualTo(3 * Cost.will("w", 20_000, ValueProperties.NONE.weight()));
        clients.getFirst().leave(0, true);
        clients.get(1).leave(0, false);
        assertThat(budget.used(Kind.WILL)).isEqualTo(Cost.will("w", 20_000, ValueProperties.NONE.weight()));
        clients.get(2).connect(0, null);
        assertThat(budget.used(Kind.WILL)).isZero();
    }

    @Test
    void subscriptionsAreBoundedByTheirLevelsAndGivenBack() {
        Client client = connected("c", 100);
        String deep = "/".repeat(127);
        assertThat(client.subscribe("a" + deep, 0)).isTrue();
        assertThat(client.subscribe("a" + deep, 1)).as("the same again").isTrue();
        assertThat(client.subscribe("b" + deep, 0))
                .as("too much for one session")
                .isFalse();
        assertThat(client.subscribe("b", 0)).isTrue();
        client.unsubscribe("a" + deep);
        client.unsubscribe("never there");
        assertThat(budget.used(Kind.SUBSCRIPTION)).isEqualTo(Cost.subscription("b"));
        assertThat(client.subscribe("b" + deep, 0)).isTrue();
        client.leave(0, true);
        assertThat(budget.used()).isZero();
    }

    @Test
    void anEventForManyIsHeldOnceAndBoundedInAll() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Client client = connected("c" + i, 0);
            client.subscribe("q/#", 1);
            client.takes = 0;
            // Behind a backlog, events wait in the queue.
            clients.add(client);
        }
        for (int i = 0; i < 30; i++) {
            publish("q/" + i, 20_000, false);
        }
        long events = budget.used(Kind.EVENT);
        assertThat(events).isBetween(40_000L, 102_000L);
        assertThat(budget.used(Kind.DELIVERY)).isLessThanOrEqualTo(85_000);
        clients.forEach(client -> client.leave(0, true));
        assertThat(budget.used()).isZero();
    }

    @Test
    void eventsThatAreStoredAreStubsAndComeWhenTheirTurnDoes() {
        Client client = connected("c", 100);
        client.subscribe("q/#", 1);
        client.breakOff();
        for (int i = 0; i < 100; i++) {
            publish("q/" + i, 10_000, false);
        }
        assertThat(budget.used(Kind.EVENT)).isEqualTo(100 * Cost.event(0));
        Client again = connected("c", 100);
        assertThat(again.received).hasSize(100).startsWith("q/0", "q/1").endsWith("q/99");
        assertThat(budget.used(Kind.EVENT)).isZero();
        assertThat(budget.used(Kind.DELIVERY)).isZero();
    }

    @Test
    void queuedEventsOfAllSessionsAreBoundedTheOldestGo() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Client client = connected("c" + i, 100);
            client.subscribe("q/#", 1);
            client.breakOff();
            clients.add(client);
        }
        for (int i = 0; i < 500; i++) {
            publish("q/" + i, 10, false);
        }
        assertThat(budget.used(Kind.EVENT)).isLessThanOrEqualTo(102_000);
        assertThat(registry.queuedEvents()).isLessThan(1_100);
        Client again = connected("c3", 100);
        assertThat(again.received).endsWith("q/499").doesNotContain("q/0").hasSizeGreaterThan(50);
        assertThat(counters.publishesDropped.sum()).isPositive();
    }

    @Test
    void pagesWaitForTheirTurnAndWhoDoesNotReadMakesWay() {
        total = 4_000_000;
        restart();
        for (int i = 0; i < 100; i++) {
            publish("k/" + i, 2_000, true);
        }
        List<Client> deaf = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            Client client = connected("deaf" + i, 100);
            client.takes = 1;
            client.subscribe("k/#", 0);
            deaf.add(client);
        }
        assertThat(budget.used(Kind.DELIVERY)).isLessThanOrEqualTo(850_000);
        assertThat(budget.somebodyWaits()).isTrue();
        Client watcher = connected("watcher", 100);
        watcher.subscribe("k/#", 0);
        assertThat(watcher.received).isEmpty();
        seconds(12);
        assertThat(watcher.received).hasSize(100);
        assertThat(watcher.closed).isNull();
        assertThat(deaf).anyMatch(client -> client.closed == ClientLink.CloseReason.NO_MEMORY);
        deaf.forEach(client -> client.takes = Integer.MAX_VALUE);
        deaf.stream().filter(client -> client.closed == null).forEach(client -> client.session()
                .roomAgain());
        seconds(3);
        assertThat(deaf).allMatch(client -> client.closed != null || client.received.size() == 100);
        assertThat(budget.used(Kind.DELIVERY)).isZero();
    }

    private void stored(SessionChange... changes) {
        store.apply(new Submission() {
            @Override
            public List<SessionChange> sessionChanges() {
                return List.of(changes);
            }

            @Override
            public int weight() {
                return 0;
            }
        });
    }

    private void restart() {
        loop.clear();
        registry = start();
        registry.restore(store);
        run();
    }

    @Test
    void aStartTakesBackTheSessionsThatWereThereLast() {
        stored(new SessionChange.SaveSession("connected", 1_000, 0, 0));
        for (int i = 0; i < 100; i++) {
            stored(new SessionChange.SaveSession("s" + i, 1_000, clock.millis() - i, 0));
        }
        restart();
        assertThat(budget.used(Kind.SESSION)).isBetween(90_000L, 102_000L);
        assertThat(store.sessions()).hasSize(24);
        assertThat(connected("connected", 100).present).isTrue();
        assertThat(connected("s5", 100).present).isTrue();
        assertThat(connected("s99", 100).present).isFalse();
    }

    @Test
    void aStartLeavesTheNewestEventsThatDoNotFit() {
        stored(
                new SessionChange.SaveSession("c", 1_000, 1, 0),
                new SessionChange.Subscribe("c", "q/#", 1, 0, false, 1));
        for (int i = 1; i <= 3_000; i++) {
            stored(event("c", i));
        }
        restart();
        long held = registry.queuedEvents();
        assertThat(held).isBetween(500L, 1_000L);
        Client client = connected("c", 100);
        assertThat(client.received).hasSize((int) held).startsWith("q/1", "q/2").endsWith("q/" + held);
        publish("q/new", 1, false);
        assertThat(client.received).endsWith("q/" + held, "q/new");
        restart();
        assertThat(registry.queuedEvents()).as("what went is gone").isZero();
    }

    private SessionChange event(String client, long number) {
        return new SessionChange.QueuedEvent(
                client,
                number,
                0,
                "q/" + number,
                new byte[10],
                1,
                false,
                Delivery.NO_IDS,
                ValueProperties.NONE,
                0,
                clock.millis());
    }

    @Test
    void aStartEndsASessionWhoseFiltersAreNotHeld() {
        stored(
                new SessionChange.SaveSession("deep", 1_000, 1, 0),
                new SessionChange.Subscribe("deep", "1" + "/".repeat(500) + "#", 1, 0, false, 1),
                new SessionChange.SaveSession("many", 1_000, 1, 0));
        for (int i = 0; i < 200; i++) {
            stored(new SessionChange.Subscribe("many", i + "/b/c/d", 1, 0, false, i));
        }
        stored(
                new SessionChange.SaveSession("plain", 1_000, 1, 0),
                new SessionChange.Subscribe("plain", "a/+", 1, 0, false, 1));
        restart();
        assertThat(store.sessions()).extracting(StoredSession::clientId).containsExactly("plain");
        assertThat(budget.used(Kind.SUBSCRIPTION)).isEqualTo(Cost.subscription("a/+"));
        assertThat(connected("plain", 100).present).isTrue();
    }

    @Test
    void aStartDropsWillsThatDoNotFit() {
        for (int i = 0; i < 10; i++) {
            stored(new SessionChange.SaveWill(
                    "c" + i, "w", new byte[20_000], 1, true, ValueProperties.NONE, 100, clock.millis() + 50_000, 0));
        }
        restart();
        assertThat(budget.used(Kind.WILL)).isBetween(60_000L, 68_000L);
        assertThat(store.sessions()).hasSize(3);
        connected("c9", 0);
        restart();
        assertThat(store.sessions()).hasSize(3);
    }
}
