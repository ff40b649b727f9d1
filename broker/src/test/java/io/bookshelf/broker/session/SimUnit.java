package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.metrics.BrokerCounters;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.store.StoreReader;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;

/** The unit itself: the session layer, with a bus, a loop and readers that go on when they are told to. */
final class SimUnit implements SessionContext.Reads {
    private final Random random;
    private final SimWorld world;
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private final List<SimRead<?>> reads = new ArrayList<>();
    final Limits limits;
    final SimBus bus;
    SessionRegistry registry;
    private BrokerCounters counters = new BrokerCounters();
    private long dropped;
    long lastTick;

    SimUnit(Random random, SimWorld world, SimBus bus) {
        this.random = random;
        this.world = world;
        this.bus = bus;
        this.limits = limits(random);
        this.registry = start();
    }

    private static Limits limits(Random random) {
        Limits d = Limits.DEFAULTS;
        return new Limits(
                512,
                d.valueBytes(),
                10,
                10,
                60,
                10,
                1 + random.nextInt(100),
                0,
                100,
                d.busBytes(),
                100_000,
                random.nextInt(5) == 0 ? 5 : 1_000,
                random.nextInt(5) == 0 ? 200_000 : 1024 * 1024,
                random.nextInt(5) == 0 ? 20 : 100_000);
    }

    private SessionRegistry start() {
        counters = new BrokerCounters();
        SessionContext context = new SessionContext(
                limits,
                AccessPolicy.OPEN,
                counters,
                world.clock,
                this::submit,
                this,
                new SystemTopics(),
                loop::add,
                MemoryBudget.unbounded());
        return new SessionRegistry(context, world.store.sequence);
    }

    private void submit(Submission submission) {
        bus.submit(submission);
        if (submission instanceof Publication publication) {
            world.submitted(publication);
        }
    }

    @Override
    public <T> void read(Function<StoreReader, T> job, Consumer<T> then, Consumer<RuntimeException> failed) {
        reads.add(new SimRead<>(job, then));
    }

    void commit(int most) {
        List<Commit.Outcome> outcomes = bus.commit(most);
        if (!outcomes.isEmpty()) {
            outcomes.forEach(world::decided);
            Commit commit = new Commit(outcomes, world.store.sequence);
            loop.add(() -> registry.router().route(commit));
        }
    }

    void runLoop() {
        Runnable task = loop.poll();
        if (task != null) {
            task.run();
        }
    }

    void runRead() {
        reads.stream().filter(read -> read.result == null).findFirst().ifPresent(read -> read.run(world.store));
    }

    void deliverRead() {
        List<SimRead<?>> done =
                reads.stream().filter(read -> read.result != null).toList();
        if (!done.isEmpty()) {
            SimRead<?> read = done.get(random.nextInt(done.size()));
            reads.remove(read);
            read.deliver();
        }
    }

    boolean idle() {
        return bus.idle() && loop.isEmpty() && reads.isEmpty();
    }

    void tick() {
        registry.tick();
        lastTick = world.clock.elapsed();
    }

    /** The process dies and starts again; what its memory held is gone. */
    List<Submission> crash() {
        List<Submission> lost = bus.crash();
        loop.clear();
        reads.clear();
        dropped += counters.publishesDropped.sum();
        registry = start();
        lastTick = -1;
        return lost;
    }

    void restore() {
        registry.restore(world.store);
    }

    /** Messages that the unit says it has dropped. */
    long dropped() {
        return dropped + counters.publishesDropped.sum();
    }

    long disconnectedSessions() {
        return counters.sessionsDisconnected.sum();
    }
}
