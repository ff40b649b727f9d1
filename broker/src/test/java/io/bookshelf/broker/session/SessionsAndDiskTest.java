package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.bus.Commit;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoreReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the disk refuses is not taken for done, and what a session still needs is not forgotten. */
final class SessionsAndDiskTest {
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

    /** A client that acknowledges what it gets at once. */
    private final class Client implements ClientLink {
        final String id;
        final List<String> received = new ArrayList<>();
        boolean room = true;

        @Nullable
        CloseReason closed;

        @Nullable
        Session session;

        Client(String id) {
            this.id = id;
        }

        Session session() {
            return Objects.requireNonNull(session);
        }

        Client connect(long expirySeconds) {
            registry.connect(
                    new SessionRegistry.ConnectRequest(id, this, false, expirySeconds, null),
                    new SessionRegistry.Connected() {
                        @Override
                        public void ready(Session mine, boolean present) {
                            session = mine;
                            registry.acknowledged(mine, present);
                        }

                        @Override
                        public void refused(String why) {
                            closed = CloseReason.NO_ROOM;
                        }
                    });
            run();
            return this;
        }

        Client subscribe(String filter, int qos) {
            registry.subscriptions()
                    .subscribe(
                            session(),
                            List.of(new SubscriptionChanges.Wanted(TopicFilter.parse(filter), qos, 0)),
                            refusal -> {});
            run();
            return this;
        }

        void breakOff() {
            registry.disconnected(session(), this, false, session().expirySeconds());
            run();
        }

        @Override
        public Principal principal() {
            return new Principal(id, "");
        }

        @Override
        public boolean hasRoom() {
            return room;
        }

        @Override
        public int receiveMaximum() {
            return 10;
        }

        @Override
        public boolean publish(Delivery delivery, int packetId, boolean again) {
            received.add(delivery.message().topic() + "="
                    + new String(delivery.message().payload(), StandardCharsets.UTF_8));
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
        }
    }

    private void write(String key, String value) {
        registry.router()
                .publish(new PublishRequest(
                        null,
                        key,
                        value.getBytes(StandardCharsets.UTF_8),
                        1,
                        true,
                        ValueProperties.NONE,
                        0,
                        false,
                        null,
                        List.of(),
                        outcome -> {}));
        run();
    }

    private long storedCursor() {
        SessionChange.SaveSession own = store.sessions().getFirst().session();
        return Objects.requireNonNull(own).cursor();
    }

    private void restart() {
        loop.clear();
        registry = start();
        registry.restore(store);
        run();
    }

    @Test
    void aCursorThatTheDiskHasRefusedIsNotTakenForSaved() {
        Client client = new Client("c").connect(100).subscribe("a", 0);
        registry.tick();
        run();
        write("a", "1");
        bus.disk = SimBus.Disk.BROKEN;
        registry.tick();
        run();
        assertThat(client.received).containsExactly("a=1");
        assertThat(client.closed).isEqualTo(ClientLink.CloseReason.NO_ROOM);
        assertThat(registry.tombstoneFloor()).isEqualTo(storedCursor()).isZero();
        bus.disk = SimBus.Disk.FINE;
        registry.tick();
        run();
        assertThat(storedCursor()).isEqualTo(1);
    }

    @Test
    void aReturnThatTheDiskHasRefusedDoesNotMoveTheCursor() {
        Client client = new Client("c").connect(100).subscribe("a", 0);
        write("a", "1");
        bus.disk = SimBus.Disk.BROKEN;
        client.breakOff();
        assertThat(registry.tombstoneFloor()).isEqualTo(storedCursor()).isZero();
        Client back = new Client("c").connect(100);
        assertThat(back.closed).isEqualTo(ClientLink.CloseReason.NO_ROOM);
        assertThat(registry.tombstoneFloor()).isEqualTo(storedCursor()).isZero();
    }

    @Test
    void aDeleteWaitsForAConnectedClientThatLags() {
        write("b", "1");
        Client client = new Client("c").connect(0).subscribe("#", 0);
        client.room = false;
        for (int i = 0; i < 1_100; i++) {
            write("a/" + i, "1");
        }
        write("b", "");
        store.keepHouse(registry.tombstoneFloor());
        client.room = true;
        client.session().roomAgain();
        run();
        assertThat(client.received).hasSize(1_102).endsWith("b=");
    }

    @Test
    void aRefusedUnsubscribeIsNotAcknowledgedAndTheSubscriptionStays() {
        Client client = new Client("c").connect(100).subscribe("a", 1);
        bus.disk = SimBus.Disk.BROKEN;
        List<List<Boolean>> acknowledged = new ArrayList<>();
        registry.subscriptions().unsubscribe(client.session(), List.of("a"), acknowledged::add);
        run();
        assertThat(acknowledged).isEmpty();
        assertThat(client.closed).isEqualTo(ClientLink.CloseReason.NO_ROOM);
        bus.disk = SimBus.Disk.FINE;
        client.breakOff();
        write("a", "1");
        assertThat(new Client("c").connect(100).received).containsExactly("a=1");
        restart();
        write("a", "2");
        assertThat(new Client("c").connect(100).received).endsWith("a=2");
    }
}
