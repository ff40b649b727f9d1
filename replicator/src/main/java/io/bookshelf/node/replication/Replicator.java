package io.bookshelf.node.replication;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.TombstonePolicy;
import io.bookshelf.link.Link;
import io.bookshelf.link.LinkListener;
import io.bookshelf.merkle.Forest.Change;
import io.bookshelf.replica.CoreSettings;
import io.bookshelf.replica.Effect;
import io.bookshelf.replica.Input;
import io.bookshelf.replica.PeerStatus;
import io.bookshelf.replica.ReplicaCore;
import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import io.bookshelf.schema.wire.Parts;
import io.bookshelf.store.EntryIndex;
import io.bookshelf.store.Head;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a {@link ReplicaCore} over a unit's store, bus and links: one thread takes what happens, in order, lets the core step, and
 * does what it wants done. The writer's thread and the transport only leave word.
 */
public final class Replicator implements EntryIndex, LinkListener, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Replicator.class);
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TICKS_A_REPORT = 10;

    private final String unit;
    private final CoreSettings settings;
    private final long latestMillis;
    private final int largestFrame;
    private final Reports reports;
    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final Thread thread = Thread.ofPlatform().name("bookshelf-replica").unstarted(this::run);
    private final RandomGenerator random = new SplittableRandom();
    private final AgreedTombstones tombstones = new AgreedTombstones();
    private final Readings readings = new Readings(this::post, () -> running().lookAtTheFile());
    // Of the writer's thread.
    private final List<Change> changes = new ArrayList<>();
    private final Outcomes outcomes = new Outcomes();
    // Of the transport's threads.
    private final Map<Link, Inbox> inboxes = new ConcurrentHashMap<>();
    // Of the replicator's own.
    private final Map<Long, Link> links = new HashMap<>();
    private final Map<String, String> unreached = new HashMap<>();
    private Set<String> listed = Set.of();
    private Map<String, byte[]> lastStart = Map.of();
    private long lastLink;
    private int ticks;
    private @Nullable Running running;
    private @Nullable Documents documents;
    private volatile DotClock covered = DotClock.EMPTY;
    private volatile boolean closed;

    /**
     * @param latestMillis a stamp beyond this cannot be, milliseconds since the epoch
     * @param largestFrame most that a frame may be, in bytes
     */
    public Replicator(String unit, CoreSettings settings, long latestMillis, int largestFrame, Reports reports) {
        this.unit = unit;
        this.settings = settings;
        this.latestMillis = latestMillis;
        this.largestFrame = largestFrame;
        this.reports = reports;
    }

    /**
     * Begins.
     *
     * @param bus takes what is to be committed
     * @param names for the documents about conflicts
     */
    public void start(
            StateStore store, Consumer<Submission> bus, MeshClock wall, AuthorNames names, Set<String> listedUnits) {
        listed = listedUnits;
        StoreReader reader = store.openReader();
        MergeRules rules = new MergeRules(() -> covered, latestMillis, wall);
        Running now = new Running(
                store, reader, bus, wall, rules, newCore(store, reader), new Conflicts(reader.kept(Conflicts.ROWS)));
        running = now;
        documents = new Documents(names);
        post(() -> {
            begin(now);
            now.drop(now.conflicts().dropOldest());
            reports.conflicts(documents().conflicts(now.conflicts().newest()));
        });
        thread.start();
    }

    private Documents documents() {
        return Objects.requireNonNull(documents, "not started");
    }

    private ReplicaCore newCore(StateStore store, StoreReader reader) {
        Head head = store.head();
        boolean empty = Reads.isEmpty(reader);
        Map<String, byte[]> kept = reader.kept("");
        kept.putAll(lastStart);
        return ReplicaCore.start(unit, store.replica(), kept, head.sequence(), head.clock(), empty, settings, random);
    }

    private void begin(Running now) {
        step(new Input.Listed(listed));
        step(new Input.Tick(now.wall().millis(), now.wall().known()));
        publish(now);
    }

    // Since replication has to go on whatever happens, a mistake of ours ends one step, not the thread.
    private void run() {
        long nextTick = System.nanoTime();
        while (!closed) {
            try {
                Runnable task = tasks.poll(Math.max(0, nextTick - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (task != null) {
                    task.run();
                }
                if (System.nanoTime() >= nextTick) {
                    nextTick = System.nanoTime() + TICK_NANOS;
                    tick();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                log.error("a mistake of ours: {}", e.toString(), e);
            }
        }
    }

    private void post(Runnable task) {
        if (!closed) {
            tasks.add(task);
        }
    }

    private void tick() {
        Running now = running();
        step(new Input.Tick(now.wall().millis(), now.wall().known()));
        if (++ticks % TICKS_A_REPORT == 0) {
            readings.again();
            now.wall().peersAreAhead(now.core.wallOffsets());
            reports.peers(now.core.status(), Map.copyOf(unreached));
        }
        publish(now);
    }

    private Running running() {
        return Objects.requireNonNull(running, "not started");
    }

    private void publish(Running now) {
        covered = now.core.clock();
        tombstones.stated(now.core.forgetting());
    }

    private void step(Input input) {
        Running now = running();
        ReplicaCore core = now.core;
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
        for (Effect effect : core.step(input, millis)) {
            if (now.core == core) {
                handle(now, effect);
            }
        }
        covered = now.core.clock();
    }

    private void handle(Running now, Effect effect) {
        switch (effect) {
            case Effect.Send send -> {
                Link link = links.get(send.link());
                if (link != null) {
                    byte[] frame = Frames.write(send.frame());
                    now.core.sent(send.link(), frame.length);
                    Parts.of(frame).forEach(link::send);
                }
            }
            case Effect.Close close -> {
                Link link = links.remove(close.link());
                if (link != null) {
                    link.close(close.reason());
                }
            }
            case Effect.Submit submit -> now.submit(submit, inboxOf(submit.link()));
            case Effect.ReadPage read -> read(now, () -> now.reads().read(read), this::step);
            case Effect.CountPage count -> readWhole(now, () -> now.reads().read(count));
            case Effect.ReadBuckets read -> readWhole(now, () -> now.reads().read(read));
            case Effect.Lost lost -> {
                now.drop(now.conflicts()
                        .add(lost.loser(), lost.winner(), now.wall().millis()));
                reports.conflicts(documents().conflicts(now.conflicts().newest()));
            }
            case Effect.Say say -> log.warn("{}", say.line());
        }
    }

    private @Nullable Inbox inboxOf(long id) {
        Link link = links.get(id);
        return link == null ? null : inboxes.get(link);
    }

    private void read(Running now, Supplier<Input> reading, Consumer<Input> then) {
        ReplicaCore asking = now.core;
        readings.soon(() -> now.core == asking, reading, then);
    }

    /** What was read may have seen commits of which the core has not been told: those go first. */
    private void readWhole(Running now, Supplier<Input> reading) {
        ReplicaCore asking = now.core;
        read(
                now,
                reading,
                answer -> now.behindAll(() -> post(() -> {
                    if (now.core == asking) {
                        step(answer);
                    }
                })));
    }

    @Override
    public void opened(Map<String, byte[]> ended) {
        lastStart = ended;
    }

    @Override
    public void changed(@Nullable Entry before, @Nullable Entry after) {
        changes.add(new Change(before, after));
    }

    @Override
    public void committed(Head head) {
        if (!changes.isEmpty()) {
            Input told = new Input.Changed(List.copyOf(changes));
            changes.clear();
            post(() -> step(told));
        }
    }

    @Override
    public void discarded() {
        changes.clear();
    }

    @Override
    public void reset() {
        changes.clear();
        post(this::beginAnew);
    }

    /** The store met damage and writes as another author from now on. */
    private void beginAnew() {
        Running now = running();
        log.warn("damage was found in the store: everything is compared with the peers again");
        links.values().forEach(link -> link.close("damage was found in the store: beginning anew"));
        links.clear();
        now.core = newCore(now.store(), now.reader());
        begin(now);
        step(new Input.Replaced());
        publish(now);
    }

    /** A commit is durable: its entries, and the frames that came to their end. On the writer's thread. */
    public void committed(Commit commit, Head head) {
        List<Input> inputs = outcomes.of(commit, head);
        if (!inputs.isEmpty()) {
            post(() -> inputs.forEach(this::told));
        }
        for (Commit.Outcome outcome : commit.outcomes()) {
            switch (outcome.submission()) {
                case Barrier barrier -> barrier.passed().run();
                case FrameEnd end -> end.passed().run();
                default -> {}
            }
        }
    }

    private void told(Input input) {
        step(input);
        if (input instanceof Input.Committed committed) {
            committed.applied().forEach(applied -> reports.applied(applied.entry()));
        }
    }

    /** Which tombstones may be forgotten. */
    public TombstonePolicy tombstones() {
        return tombstones;
    }

    /** Which units belong to the network. Any thread. */
    public void listed(Set<String> units) {
        post(() -> {
            listed = units;
            step(new Input.Listed(units));
        });
    }

    @Override
    public void opened(Link link) {
        inboxes.put(link, new Inbox(link, largestFrame));
        post(() -> {
            long id = ++lastLink;
            links.put(id, link);
            Inbox inbox = inboxes.get(link);
            if (inbox != null) {
                inbox.id = id;
            }
            unreached.remove(link.peer().name());
            step(new Input.Opened(id, link.peer().name(), link.peer().role() == Role.CLOUD, link.dialled()));
        });
    }

    @Override
    public void received(Link link, byte[] frame) {
        Inbox inbox = inboxes.get(link);
        if (inbox != null) {
            inbox.add(frame.length);
            post(() -> {
                inbox.take(frame.length);
                read(link, inbox, frame);
            });
        }
    }

    private void read(Link link, Inbox inbox, byte[] bytes) {
        if (links.get(inbox.id) != link) {
            return;
        }
        Frame frame;
        try {
            frame = inbox.read(bytes);
        } catch (IllegalArgumentException e) {
            String reason = String.valueOf(e.getMessage());
            log.warn("{}: link closed: {}", link.peer().name(), reason);
            // At once, for the core too: frames that are here already must not be taken behind the gap.
            links.remove(inbox.id);
            step(new Input.Closed(inbox.id, reason));
            link.close(reason);
            return;
        }
        step(new Input.Received(inbox.id, frame, bytes.length));
    }

    @Override
    public void closed(Link link, String reason) {
        Inbox inbox = inboxes.remove(link);
        if (inbox != null) {
            post(() -> {
                links.remove(inbox.id, link);
                step(new Input.Closed(inbox.id, reason));
                running().closed(inbox.id);
            });
        }
    }

    @Override
    public void notReached(String peer, String reason) {
        post(() -> unreached.put(peer, reason));
    }

    /** JSON of how it stands with a peer. */
    public String document(PeerStatus status, String problem) {
        return documents().peer(status, problem);
    }

    /** Stops; what is on its way through the bus may still be committed. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (running != null) {
            running.reader().close();
        }
    }
}
