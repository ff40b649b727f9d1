package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.access.PeerAccess;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.bus.Commit;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.Holder;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import io.bookshelf.store.StoredSession;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whose a session is: nobody gets another user's, whatever client id they choose. */
final class SessionOwnersTest {
    private static final byte[] GONE = {1};

    private final SimClock clock = new SimClock();
    private final SimStore store = new SimStore(512, clock);
    private final SimBus bus = new SimBus(store);
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private SessionRegistry registry = start();

    private SessionRegistry start() {
        SessionContext.Reads reads = new SessionContext.Reads() {
            @Override
            public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {
                loop.add(() -> then.accept(job.apply(store)));
            }
        };
        SessionContext context = new SessionContext(
                Limits.DEFAULTS,
                AccessPolicy.OPEN,
                new BrokerCounters(),
                clock,
                bus::submit,
                reads,
                new SystemTopics(),
                loop::add,
                MemoryBudget.unbounded());
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

    private void restart() {
        loop.clear();
        registry = start();
        registry.restore(store);
        run();
    }

    private final class Client implements ClientLink {
        private final Principal who;

        @Nullable
        CloseReason closed;

        @Nullable
        Session session;

        boolean present;

        Client(String id, String user) {
            this.who = new Principal(id, user);
        }

        Client connect() {
            return connect(false, null);
        }

        Client connect(boolean clean, @Nullable Will will) {
            registry.connect(
                    new SessionRegistry.ConnectRequest(who.clientId(), this, clean, 100, will),
                    new SessionRegistry.Connected() {
                        @Override
                        public void ready(Session mine, boolean sessionPresent) {
                            session = mine;
                            present = sessionPresent;
                            registry.acknowledged(mine, sessionPresent);
                        }

                        @Override
                        public void refused(String why) {
                            throw new AssertionError(why);
                        }
                    });
            run();
            return this;
        }

        String id() {
            return Objects.requireNonNull(session).clientId();
        }

        void breakOff() {
            Session mine = session;
            if (mine != null) {
                registry.disconnected(mine, this, false, 100);
            }
            run();
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

    private Client comes(String id, String user) {
        return new Client(id, user).connect();
    }

    private static Will will(String user) {
        Holder holder = new Holder(user, "");
        return new Will("will", GONE, 1, true, ValueProperties.NONE, 50, 0, holder).leftBy(holder);
    }

    private boolean willFired() {
        return store.get(Key.of("will")) != null;
    }

    /** A session as a version wrote it that did not note whose it is. */
    private void earlierSession(String id, @Nullable String willOf) {
        store.sessions.apply(new SessionChange.SaveSession(id, 100, clock.millis(), 0));
        if (willOf != null) {
            store.sessions.apply(will(willOf).stored(id, clock.millis() + 50_000));
        }
        restart();
    }

    @Test
    void anotherUserWithTheSameClientIdGetsASessionOfItsOwn() {
        Client anna = new Client("phone", "anna").connect(false, will("anna"));
        for (String other : List.of("bert", "")) {
            Client stranger = new Client("phone", other).connect(true, null);
            assertThat(stranger.present).isFalse();
            assertThat(stranger.session).isNotSameAs(anna.session);
        }
        assertThat(anna.closed).isNull();
        assertThat(willFired()).isFalse();
        anna.breakOff();
        new Client("phone", "bert").connect(true, null);
        assertThat(comes("phone", "anna").present).isTrue();
    }

    @Test
    void theSameUserTakesItsSessionOverAlsoAfterARestart() {
        Client first = comes("phone", "anna");
        Client second = comes("phone", "anna");
        assertThat(first.closed).isEqualTo(ClientLink.CloseReason.TAKEN_OVER);
        assertThat(second.present).isTrue();
        restart();
        assertThat(comes("phone", "bert").present).isFalse();
        assertThat(comes("phone", "").present).isFalse();
        assertThat(comes("phone", "anna").present).isTrue();
    }

    @Test
    void noTwoUsersAndClientIdsGiveTheSameSession() {
        comes("b/c", "a");
        assertThat(comes("c", "a/b").present).isFalse();
        assertThat(comes("c", "a%2Fb").present).isFalse();
        comes("/x", "");
        assertThat(comes("x", "").present).isFalse();
        assertThat(SessionIds.isReserved("user://a/b")).isTrue();
    }

    @Test
    void anonymousClientsKeepTheirBareIds() {
        Client anonymous = comes("sensor", "");
        assertThat(anonymous.id()).isEqualTo("sensor");
        restart();
        assertThat(comes("sensor", "").present).isTrue();
        assertThat(comes("sensor", "anna").present).isFalse();
    }

    @Test
    void whoComesByCertificateKeepsItsSession() {
        String uri = "spiffe://home/owner/anna";
        Principal peer = PeerAccess.principal(uri, "phone");
        Client owner = new Client(peer.clientId(), uri).connect();
        assertThat(owner.id()).isEqualTo(uri + "/phone");
        restart();
        assertThat(new Client(peer.clientId(), uri).connect().present).isTrue();
    }

    @Test
    void aSessionOfAnEarlierVersionGoesToTheFirstWithItsClientIdAndStaysTheirs() {
        earlierSession("phone", null);
        Client anna = comes("phone", "anna");
        assertThat(anna.present).isTrue();
        assertThat(comes("phone", "bert").present).isFalse();
        assertThat(comes("phone", "").present).isFalse();
        restart();
        assertThat(comes("phone", "bert").present).as("bert's own").isTrue();
        assertThat(comes("phone", "").present).as("its own").isTrue();
        Client again = comes("phone", "anna");
        assertThat(again.present).isTrue();
        assertThat(again.id()).isEqualTo("phone");
    }

    @Test
    void aSessionOfAnEarlierVersionWhoseWillSaysWhoseItIsGoesToNobodyElse() {
        earlierSession("phone", "anna");
        assertThat(comes("phone", "bert").present).isFalse();
        assertThat(comes("phone", "").present).isFalse();
        assertThat(willFired()).isFalse();
        assertThat(comes("phone", "anna").present).isTrue();
    }

    @Test
    void aSessionOfAnEarlierVersionStaysAnAnonymousClientsToo() {
        earlierSession("sensor", "");
        assertThat(comes("sensor", "bert").present).isFalse();
        assertThat(comes("sensor", "").present).isTrue();
    }

    @Test
    void aCleanStartAfterATakenOverSessionMakesOneOfTheNewKind() {
        earlierSession("phone", null);
        comes("phone", "anna");
        Client fresh = new Client("phone", "anna").connect(true, null);
        assertThat(fresh.present).isFalse();
        restart();
        assertThat(comes("phone", "anna").present).isTrue();
        List<String> stored =
                store.sessions().stream().map(StoredSession::clientId).toList();
        assertThat(stored).hasSize(1);
    }
}
