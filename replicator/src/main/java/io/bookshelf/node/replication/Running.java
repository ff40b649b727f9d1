package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;
import io.bookshelf.replica.CoreSettings;
import io.bookshelf.replica.Effect;
import io.bookshelf.replica.ReplicaCore;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.Head;
import io.bookshelf.store.StateStore;
import io.bookshelf.store.StoreReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a replicator works with once its unit runs, and what it does there for the core. */
final class Running {
    private static final int PAGE_ENTRIES = 1_000;
    private static final int PAGE_BYTES = 256 * 1024;

    private final StateStore store;
    private final StoreReader reader;
    private final Consumer<Submission> bus;
    private final MeshClock wall;
    private final MergeRules rules;
    private final Conflicts conflicts;
    private final Map<Long, Stream> streams = new HashMap<>();
    /** Another after damage, and another fence with it. */
    ReplicaCore core;

    Fence fence;

    Running(
            StateStore store,
            StoreReader reader,
            Consumer<Submission> bus,
            MeshClock wall,
            MergeRules rules,
            ReplicaCore core,
            Fence fence,
            Conflicts conflicts) {
        this.store = store;
        this.reader = reader;
        this.bus = bus;
        this.wall = wall;
        this.rules = rules;
        this.core = core;
        this.fence = fence;
        this.conflicts = conflicts;
    }

    /** @param lastStart what the store says of the start before, which is not in the file yet */
    static ReplicaCore core(
            String unit,
            StateStore store,
            StoreReader reader,
            Map<String, byte[]> lastStart,
            CoreSettings settings,
            RandomGenerator random) {
        Head head = store.head();
        boolean empty = Reads.isEmpty(reader);
        Map<String, byte[]> kept = reader.kept("");
        kept.putAll(lastStart);
        return ReplicaCore.start(unit, store.replica(), kept, head.sequence(), head.clock(), empty, settings, random);
    }

    StateStore store() {
        return store;
    }

    StoreReader reader() {
        return reader;
    }

    MeshClock wall() {
        return wall;
    }

    Conflicts conflicts() {
        return conflicts;
    }

    /** @param inbox of the link from which it comes, null for none */
    void submit(Effect.Submit submit, @Nullable Inbox inbox) {
        List<ArrivingEntry> entries = new ArrayList<>(submit.entries().size());
        int bytes = 0;
        for (Entry entry : submit.entries()) {
            ArrivingEntry arriving = new ArrivingEntry(entry, submit.link(), rules);
            entries.add(arriving);
            bytes += arriving.weight();
        }
        Runnable passed = () -> {};
        if (inbox != null) {
            int held = bytes;
            inbox.add(held);
            passed = () -> inbox.take(held);
        }
        entries.forEach(bus);
        Stream stream =
                submit.link() == 0 ? new Stream() : streams.computeIfAbsent(submit.link(), link -> new Stream());
        bus.accept(new FrameEnd(submit, stream, entries, fence, passed));
    }

    /** Nothing more comes over a link. */
    void closed(long link) {
        streams.remove(link);
    }

    /** Deletes kept rows. */
    void drop(Map<String, byte[]> rows) {
        if (!rows.isEmpty()) {
            bus.accept(new KeptRow(rows));
        }
    }

    /** Has the writer begin a transaction, in which a file that was found damaged is replaced. */
    void lookAtTheFile() {
        bus.accept(new KeptRow(Map.of("look", new byte[0])));
    }

    /** Runs something, on the writer's thread, behind all that has been committed by now. */
    void behindAll(Runnable task) {
        bus.accept(new Barrier(task));
    }

    Reads reads() {
        return new Reads(store, reader, PAGE_ENTRIES, PAGE_BYTES);
    }
}
