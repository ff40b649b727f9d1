package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.bus.Commit;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whoever is put out leaves nothing behind: no connection, no session, no events, no will. */
final class PutOutTest {
    private static final Holder ANNA = new Holder("spiffe://home/owner/anna", "a/a/1");
    private static final Holder BEN = new Holder("ben", "");
    private static final long WEEK = 7 * 86_400;

    private final SimClock clock = new SimClock();
    private final SimStore store = new SimStore(512, clock);
    private final SimBus bus = new SimBus(store);
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final Set<Holder> out = new HashSet<>();
    private final Set<String> closedTopics = new HashSet<>();
    private final Set<String> asked = new HashSet<>();
    private SessionRegistry registry = start();

    private SessionRegistry start() {
        SessionContext.Reads reads = new SessionContext.Reads() {
            @Override
            public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {
                loop.add(() -> then.accept(job.apply(store)));
            }
        };
        return new SessionRegistry(
                new SessionContext(
                        Limits.DEFAULTS,
                        new Guests(),
                        new BrokerCounters(),
                        clock,
                        bus::submit,
                        reads,
                        new SystemTopics(),
                        loop::add,
                        MemoryBudget.unbounded()),
                store.sequence);
    }

    /** Lets in all but those who were put out. */
    private final class Guests implements AccessPolicy {
        @Override
        public Principal authenticate(String clientId, @Nullable String user, byte @Nullable [] password) {
            return new Principal(clientId, "");
        }

        @Override
        public boolean allowsEverything() {
            return false;
        }

        @Override
        public boolean isLetIn(Holder holder) {
            return !out.contains(holder);
        }

        @Override
        public boolean mayRead(Principal principal, String topic) {
            return true;
        }

        @Override
        public boolean mayWrite(Principal principal, String topic) {
            asked.add(principal.clientId());
            return !closedTopics.contains(topic);
        }

        @Override
        public boolean maySubscribe(Principal principal, String filter) {
            return true;
        }

        @Override
        public boolean mayHaveWritten(String user, String topic) {
            return true;
        }
    }

    private final class Client implements ClientLink {
        final Principal who;

        @Nullable
        Session session;

        @Nullable
        CloseReason closed;

        Client(String id, Holder holder, @Nullable Will will) {
            who = new Principal(id, holder);
            registry.connect(
                    new SessionRegistry.ConnectRequest(id, this, false, 2 * WEEK, will),
                    new SessionRegistry.Connected() {
                        @Override
                        public void ready(Session mine, boolean present) {
                            session = mine;
                            registry.acknowledged(mine, present);
                        }

                        @Override
                        public void refused(String why) {
                            throw new AssertionError(why);
                        }
                    });
            run();
        }

        Session session() {
            return Objects.requireNonNull(session);
        }

        Client breakOff() {
            registry.disconnected(session(), this, false, session().expirySeconds());
            run();
            return this;
        }

        @Override
        public Principal principal() {
            return who;
        }

        @Override
        public boolean hasRoom() {
            return true;
        }

        @Override
        public int receiveMaximum() {
            return 10;
        }

        @Override
        public boolean publish(Delivery delivery, int packetId, boolean again) {
            return true;
        }

        @Override
        public void pubrel(int packetId) {}

        @Override
        public void close(CloseReason reason) {
            closed = reason;
        }
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

    private void restart() {
        registry = start();
        registry.restore(store);
        run();
    }

    private void pass(long seconds) {
        clock.pass(seconds * 1_000);
        registry.tick();
        run();
    }

    private static Will will(String topic, long delay, Holder holder) {
        byte[] payload = "gone".getBytes(StandardCharsets.UTF_8);
        return new Will(topic, payload, 1, true, ValueProperties.NONE, delay, 0, holder).leftBy(holder);
    }

    private boolean has(String key) {
        return store.entries.containsKey(Key.of(key));
    }

    private List<String> storedClients() {
        List<String> ids = new ArrayList<>();
        store.sessions().forEach(each -> ids.add(each.clientId()));
        return ids;
    }

    @Test
    void aConnectionIsClosedAndItsWillDoesNotFire() {
        Client anna = new Client("anna/a", ANNA, will("w/anna", 0, ANNA));
        new Client("ben", BEN, will("w/ben", 0, BEN)).breakOff();
        out.add(ANNA);
        registry.judgeAgain();
        run();
        assertThat(anna.closed).isEqualTo(ClientLink.CloseReason.PUT_OUT);
        registry.disconnected(anna.session(), anna, false, WEEK);
        run();
        pass(1);
        assertThat(has("w/anna")).isFalse();
        assertThat(has("w/ben")).isTrue();
        assertThat(storedClients()).containsExactly("user://ben/ben");
    }

    @Test
    void aSessionThatWaitsGoesWithItsEventsAndItsDelayedWill() {
        Client anna = new Client("anna/a", ANNA, will("w/anna", WEEK, ANNA));
        registry.subscriptions()
                .subscribe(
                        anna.session(),
                        List.of(new SubscriptionChanges.Wanted(TopicFilter.parse("#"), 1, 0)),
                        refusal -> {});
        run();
        anna.breakOff();
        registry.router()
                .publish(new PublishRequest(
                        null,
                        "event",
                        new byte[] {1},
                        1,
                        false,
                        ValueProperties.NONE,
                        0,
                        false,
                        null,
                        List.of(),
                        outcome -> {}));
        run();
        assertThat(registry.queuedEvents()).isEqualTo(1);
        out.add(ANNA);
        registry.judgeAgain();
        run();
        assertThat(registry.queuedEvents()).isZero();
        assertThat(store.sessions()).isEmpty();
        pass(WEEK + 1);
        assertThat(has("w/anna")).isFalse();
    }

    @Test
    void whoWasPutOutWhileTheUnitWasOffIsGoneAtTheNextStart() {
        new Client("anna/a", ANNA, will("w/anna", 1, ANNA)).breakOff();
        new Client("ben", BEN, will("w/ben", 1, BEN)).breakOff();
        clock.pass(10_000);
        out.add(ANNA);
        restart();
        assertThat(has("w/anna")).isFalse();
        assertThat(has("w/ben")).isTrue();
        assertThat(storedClients()).containsExactly("user://ben/ben");
    }

    @Test
    void theRightToWriteTheTopicIsAskedWhenAWillFires() {
        new Client("anna/a", ANNA, will("w/anna", 10, ANNA)).breakOff();
        closedTopics.add("w/anna");
        pass(11);
        assertThat(has("w/anna")).isFalse();
        closedTopics.clear();
        pass(1);
        restart();
        assertThat(has("w/anna")).as("it is dropped for good").isFalse();
    }

    @Test
    void whatAFormerVersionStoredIsKnownByTheIdAndTheWritersName() {
        Holder derived = new Holder("spiffe://home/owner/anna", "");
        ValueProperties named = ValueProperties.NONE.writtenBy(derived.user());
        for (SessionChange each : List.of(
                new SessionChange.SaveSession("spiffe://home/owner/anna/phone/1", WEEK, 1, 0),
                new SessionChange.SaveSession("local", WEEK, clock.millis(), 0),
                new SessionChange.SaveWill("gone", "w/named", new byte[] {1}, 1, true, named, 1, 1, 0))) {
            store.sessions.apply(each);
        }
        out.add(derived);
        restart();
        assertThat(storedClients()).containsExactly("local");
        assertThat(has("w/named")).isFalse();
    }

    @Test
    void aWillIsJudgedByTheClientIdThatItsClientChose() {
        Client ben = new Client("ben", BEN, will("w/ben", 0, BEN));
        asked.clear();
        ben.breakOff();
        assertThat(ben.session().clientId()).isEqualTo("user://ben/ben");
        assertThat(asked).containsExactly("ben");
        assertThat(has("w/ben")).isTrue();
    }
}
