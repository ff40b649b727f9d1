package io.bookshelf.node.replication;

import io.bookshelf.bus.Commit;
import io.bookshelf.bus.Committer;
import io.bookshelf.bus.Submission;
import io.bookshelf.bus.Write;
import io.bookshelf.merkle.Forest.Change;
import io.bookshelf.replica.Effect;
import io.bookshelf.replica.Incarnations;
import io.bookshelf.replica.Input;
import io.bookshelf.replica.Merging;
import io.bookshelf.replica.ReplicaCore;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.wire.Frames;
import io.bookshelf.store.EntryIndex;
import io.bookshelf.store.Head;
import io.bookshelf.store.MemoryDisk;
import io.bookshelf.store.MemoryStore;
import io.bookshelf.store.StoreReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A unit: the production core and committer over a disk in memory, with a process that can die and a clock that can be wrong. */
final class SimUnit implements EntryIndex {
    static final long LATEST = SimWorld.EPOCH + 50L * 365 * 24 * 3_600_000;

    /** As few as the keys of a simulation ask for. */
    private static final int MOST_PASSED_OVER = 8;

    static final int LARGEST_BATCH = 40;

    /** A key whose changes are to be in the transcript: {@code -Dbookshelf.trace=KEY}. */
    private static final String TRACED = System.getProperty("bookshelf.trace", "");

    final String name;
    final SimClock clock;
    private final SimWorld world;
    MemoryDisk disk = new MemoryDisk();
    private @Nullable MemoryStore store;
    private @Nullable Committer committer;
    private @Nullable ReplicaCore core;
    private Outcomes outcomes = new Outcomes();
    private ArrayDeque<Submission> queue = new ArrayDeque<>();
    private final List<Change> changes = new ArrayList<>();
    private final List<Input> told = new ArrayList<>();
    // What each key had before this commit, then what it has got in it.
    private final Map<Key, Entry> latest = new HashMap<>();
    private final Set<Long> links = new HashSet<>();
    private final Map<Long, Stream> streams = new HashMap<>();
    private Fence fence = new Fence();
    private boolean rebuild;
    private int incarnation;
    private Set<String> listed = Set.of();
    private Map<String, byte[]> lastStart = Map.of();
    long slowness = 2;
    /** Speaks as a later version might: unknown fields, unknown frames. */
    boolean later;

    /** Gives stamps as the first version did: as late as its clock says. */
    boolean former;

    /** Is a cloud to the others. */
    boolean cloud;

    private long revocations;
    int largestBatch = LARGEST_BATCH;
    boolean retired;
    /** How long a commit takes at least. */
    long commitMillis;

    SimUnit(SimWorld world, String name) {
        this.world = world;
        this.name = name;
        this.clock = new SimClock(world, () -> disk.head().clock());
    }

    SimWorld world() {
        return world;
    }

    boolean isRunning() {
        return store != null;
    }

    ReplicaCore core() {
        return Objects.requireNonNull(core);
    }

    void start() {
        incarnation++;
        clock.started();
        store = new MemoryStore(disk, Incarnations.ids(name, world.random), List.of(this), MOST_PASSED_OVER);
        committer = new Committer(
                store,
                clock,
                () -> Objects.requireNonNull(store).head().sequence(),
                new SimTombstones(this),
                former ? HybridClock.GREATEST_MILLIS : Merging.ceilingMillis(LATEST));
        outcomes = new Outcomes();
        queue = new ArrayDeque<>();
        startCore();
        int mine = incarnation;
        every(100, mine, this::tick);
        every(1_000, mine, this::keepHouse);
        every(world.checkMillis, mine, this::checkRows);
        every(300 + world.random.nextInt(400), mine, () -> world.links.dial(this));
        world.say(name + " starts as " + Long.toHexString(store.replica()));
    }

    private void startCore() {
        MemoryStore opened = Objects.requireNonNull(store);
        try (StoreReader reader = opened.openReader()) {
            Map<String, byte[]> kept = reader.kept("");
            kept.putAll(lastStart);
            core = ReplicaCore.start(
                    name,
                    opened.replica(),
                    kept,
                    opened.head().sequence(),
                    opened.head().clock(),
                    Reads.isEmpty(reader),
                    world.settings,
                    world.random);
        }
        step(new Input.Listed(listed));
        step(new Input.Revoked(revocations));
        step(new Input.Tick(clock.millis(), clock.known()));
    }

    private void every(long millis, int mine, Runnable what) {
        world.after(millis, () -> {
            if (incarnation == mine && isRunning()) {
                what.run();
                every(millis, mine, what);
            }
        });
    }

    /** The process dies: what was not committed is gone. */
    void die() {
        world.say(name + " dies");
        world.links.died(this);
        links.clear();
        changes.clear();
        told.clear();
        rebuild = false;
        Objects.requireNonNull(store).close();
        store = null;
        core = null;
        incarnation++;
    }

    void listed(Set<String> units) {
        listed = units;
        if (isRunning()) {
            step(new Input.Listed(units));
        }
    }

    void revoked(long all) {
        revocations = all;
        if (isRunning()) {
            step(new Input.Revoked(all));
        }
    }

    private void tick() {
        clock.learn(core().wallOffsets());
        step(new Input.Tick(clock.millis(), clock.known()));
    }

    private void keepHouse() {
        latest.clear();
        Objects.requireNonNull(committer).keepHouse();
        committed(Objects.requireNonNull(committer).endTimesToLive());
    }

    /** What a store does now and then: damage that nobody would meet is met here. */
    private void checkRows() {
        try (StoreReader reader = Objects.requireNonNull(store).openReader()) {
            var unused = reader.changesAfter(0, 0, Integer.MAX_VALUE, Integer.MAX_VALUE);
        }
    }

    void write(Key key, byte[] value, long expirySeconds) {
        queue.add(new SimWrite(new Write(key, value, 1, ValueProperties.NONE, expirySeconds)));
        commitSoon();
    }

    private void commitSoon() {
        int mine = incarnation;
        world.after(1 + commitMillis + world.random.nextInt(8), () -> {
            if (incarnation == mine && isRunning() && !queue.isEmpty()) {
                commit();
            }
        });
    }

    /** Commits some of what waits. */
    void commit() {
        List<Submission> batch = new ArrayList<>();
        int most = 1 + world.random.nextInt(largestBatch);
        while (!queue.isEmpty() && batch.size() < most) {
            batch.add(queue.poll());
        }
        latest.clear();
        committed(Objects.requireNonNull(committer).commit(batch));
        if (!queue.isEmpty()) {
            commitSoon();
        }
    }

    private void committed(Commit commit) {
        Head head = Objects.requireNonNull(committer).head();
        world.truth.committed(this, commit, latest);
        told.addAll(outcomes.of(commit, head));
        tell();
    }

    private void tell() {
        if (rebuild) {
            rebuild = false;
            told.clear();
            world.say(name + " found damage and begins anew");
            for (Long link : List.copyOf(links)) {
                world.links.close(link);
            }
            links.clear();
            startCore();
            step(new Input.Replaced());
            return;
        }
        List<Input> now = List.copyOf(told);
        told.clear();
        now.forEach(this::step);
    }

    private void step(Input input) {
        ReplicaCore stepping = core();
        for (Effect effect : stepping.step(input, world.now())) {
            if (core == stepping) {
                handle(effect);
            }
        }
    }

    private void handle(Effect effect) {
        switch (effect) {
            case Effect.Send send -> world.links.send(send.link(), send.frame());
            case Effect.Close close -> {
                world.say(name + " closes the link to " + world.links.otherEnd(close.link()) + ": " + close.reason());
                world.links.close(close.link());
            }
            case Effect.Submit submit -> submit(submit);
            case Effect.ReadPage read -> soon(() -> step(reading(reads -> reads.read(read))));
            case Effect.CountPage count -> soon(() -> step(reading(reads -> reads.read(count))));
            case Effect.ReadBuckets read -> soon(() -> step(reading(reads -> reads.read(read))));
            case Effect.Lost lost -> {}
            case Effect.Say say -> world.say(name + ": " + say.line());
        }
    }

    /** Reads, unless whoever asked is not there any more. */
    private void soon(Runnable reading) {
        int mine = incarnation;
        ReplicaCore asking = core();
        world.after(world.random.nextInt(6), () -> {
            if (incarnation == mine && core == asking) {
                reading.run();
            }
        });
    }

    private void submit(Effect.Submit submit) {
        MergeRules rules = new MergeRules(() -> core().clock(), LATEST, clock);
        List<ArrivingEntry> entries = submit.entries().stream()
                .map(entry -> new ArrivingEntry(entry, submit.link(), rules))
                .toList();
        queue.addAll(entries);
        Stream stream =
                submit.link() == 0 ? new Stream() : streams.computeIfAbsent(submit.link(), link -> new Stream());
        queue.add(new FrameEnd(submit, stream, entries, fence, () -> {}));
        commitSoon();
    }

    private Input reading(Function<Reads, Input> what) {
        MemoryStore opened = Objects.requireNonNull(store);
        try (StoreReader reader = opened.openReader()) {
            return what.apply(new Reads(opened, reader, 50, 32 * 1024));
        }
    }

    void opened(long link, SimUnit other, boolean dialled) {
        links.add(link);
        step(new Input.Opened(link, other.name, other.cloud, dialled));
    }

    void received(long link, byte[] bytes) {
        if (isRunning() && links.contains(link)) {
            step(new Input.Received(link, Frames.read(bytes), bytes.length));
        }
    }

    void closed(long link) {
        if (links.remove(link) && isRunning()) {
            step(new Input.Closed(link, "ended"));
        }
    }

    /** What clients see: live values, by key. */
    TreeMap<Key, Entry> live() {
        TreeMap<Key, Entry> live = new TreeMap<>();
        all().forEach((key, entry) -> {
            if (entry.liveAt(clock.known() ? clock.millis() : 0)) {
                live.put(key, entry);
            }
        });
        return live;
    }

    /** All entries that can be read. */
    TreeMap<Key, Entry> all() {
        return SimTruth.entries(disk);
    }

    @Override
    public void opened(Map<String, byte[]> ended) {
        lastStart = ended;
    }

    @Override
    public void changed(@Nullable Entry before, @Nullable Entry after) {
        if (before != null && after != null && after.version().compareTo(before.version()) < 0) {
            throw world.wrong(name + ": the version of " + before.key() + " decreases: " + before + " to " + after);
        }
        if ((before == null ? Objects.requireNonNull(after) : before)
                .key()
                .name()
                .equals(TRACED)) {
            world.say(name + " has " + after + " in place of " + before);
        }
        boolean othersOwn = after != null
                && after.key().scope() == Scope.UNIT
                && !after.deleted()
                && !new String(after.value(), StandardCharsets.UTF_8).startsWith(name + "@");
        if (othersOwn) {
            throw world.wrong(name + " has what is another unit's alone: " + after);
        }
        if (before != null) {
            latest.put(before.key(), before);
        }
        if (after != null && after.deleted()) {
            world.truth.heldDelete(name, after);
        }
        changes.add(new Change(before, after));
    }

    @Override
    public void committed(Head head) {
        if (!changes.isEmpty()) {
            told.add(new Input.Changed(List.copyOf(changes)));
            changes.clear();
        }
    }

    @Override
    public void discarded() {
        changes.clear();
    }

    @Override
    public void reset() {
        changes.clear();
        fence.close();
        fence = new Fence();
        rebuild = true;
    }

    @Override
    public String toString() {
        return name;
    }
}
