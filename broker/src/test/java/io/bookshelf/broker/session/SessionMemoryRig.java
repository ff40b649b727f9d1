package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Tier;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.broker.session.SubscriptionChanges.Wanted;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.bus.Commit;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.Holder;
import io.bookshelf.store.StoreReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Sessions over a budget of memory, with clients, a bus and a store in memory. */
abstract class SessionMemoryRig {
    static final long TOTAL = 400_000;
    static final Owner ANNA = new Owner("anna", "10.0.0.1", "listen", Tier.STRANGER);

    long total = TOTAL;
    final SimClock clock = new SimClock();
    final SimStore store = new SimStore(512, clock);
    final SimBus bus = new SimBus(store);
    final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    final BrokerCounters counters = new BrokerCounters();
    MemoryBudget budget = new MemoryBudget(TOTAL, line -> {});
    SessionRegistry registry = start();

    SessionRegistry start() {
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

    void run() {
        while (!bus.idle() || !loop.isEmpty()) {
            if (!bus.idle()) {
                registry.router().route(new Commit(bus.commit(1_000), store.sequence));
            }
            for (Runnable task = loop.poll(); task != null; task = loop.poll()) {
                task.run();
            }
        }
    }

    void seconds(int count) {
        for (int i = 0; i < count; i++) {
            registry.tick();
            run();
        }
    }

    final class Client implements ClientLink {
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

    Client connected(String id, long expirySeconds) {
        return new Client(id, Owner.UNIT).connect(expirySeconds, null);
    }

    static Will will(int bytes) {
        return new Will("w", new byte[bytes], 1, true, ValueProperties.NONE, 0, 0, new Holder("", ""));
    }

    void publish(String topic, int bytes, boolean retain) {
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
                        null,
                        List.of(),
                        outcome -> {}));
        run();
    }

    void restart() {
        loop.clear();
        registry = start();
        registry.restore(store);
        run();
    }
}
