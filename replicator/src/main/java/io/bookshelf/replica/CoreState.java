package io.bookshelf.replica;

import io.bookshelf.merkle.Forest;
import io.bookshelf.merkle.Forest.Change;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.wire.Frame;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the parts of a core share: who this unit is, what it holds, what is under way, and the effects of the present step. */
final class CoreState {
    final String self;
    final long boot;
    final long began;
    final CoreSettings settings;
    final RandomGenerator random;
    final Claims claims;
    final Forest forest = new Forest();
    final Stability stability;
    final Tail tail;
    /** Which unit a replica id is of, as far as known. */
    final Map<Long, String> unitOf = new HashMap<>();
    /** Whom the linked units are linked with, as they say. */
    final Map<String, Set<String>> neighbours = new HashMap<>();
    /** This unit's earlier starts, and the sequence at which each ended as the file says. */
    final Map<Long, Long> ended;

    final Map<String, PeerMemory> memories;
    /** The start to which each peer's row on disk belongs: its claim goes when the row is written for another. */
    final Map<String, Long> rowBoots = new HashMap<>();

    long now;
    long wallMillis;
    boolean wallKnown;
    long sequence;
    long stamp;
    boolean empty;

    private final Map<Long, Submission> submissions = new HashMap<>();
    private final Map<Long, Reading> readings = new HashMap<>();
    private List<Effect> effects = new ArrayList<>();
    private long lastTicket;

    private record Submission(Consumer<Input.Settled> then) {}

    private record Reading(Set<Integer> changed, Consumer<Map<Integer, List<Entry>>> then) {}

    CoreState(ReplicaCore.Start start, CoreSettings settings, RandomGenerator random) {
        this.self = start.unit();
        this.boot = start.boot();
        this.began = start.found().began(start.sequence());
        this.sequence = start.sequence();
        this.stamp = start.stamp();
        this.empty = start.empty();
        this.settings = settings;
        this.random = random;
        // No ticket of a core before this one in the same process may be taken for one of its own.
        this.lastTicket = boot >>> 1;
        this.tail = new Tail(settings.windowBytes() / 2);
        this.claims = new Claims(boot, start.found());
        this.stability = new Stability(self);
        this.ended = Map.copyOf(start.found().ended());
        this.memories = new HashMap<>(start.found().memories());
        memories.forEach((unit, memory) -> {
            unitOf.put(memory.boot(), unit);
            rowBoots.put(unit, memory.boot());
        });
    }

    void effect(Effect effect) {
        effects.add(effect);
    }

    void send(long link, Frame frame) {
        effects.add(new Effect.Send(link, frame));
    }

    void say(String line) {
        effects.add(new Effect.Say(line));
    }

    List<Effect> takeEffects() {
        List<Effect> taken = effects;
        effects = new ArrayList<>();
        return taken;
    }

    void submit(long link, List<Entry> entries, Map<String, byte[]> kept, Consumer<Input.Settled> then) {
        submit(link, entries, kept, kept, then);
    }

    /** @param refusing what is kept instead once an entry that came over the link was refused */
    void submit(
            long link,
            List<Entry> entries,
            Map<String, byte[]> kept,
            Map<String, byte[]> refusing,
            Consumer<Input.Settled> then) {
        long ticket = newTicket();
        submissions.put(ticket, new Submission(then));
        effects.add(new Effect.Submit(ticket, link, entries, kept, refusing));
    }

    /** Names a question, so that its answer is not taken for that of another. */
    long newTicket() {
        return ++lastTicket;
    }

    void settled(Input.Settled settled) {
        Submission submission = submissions.remove(settled.ticket());
        if (submission != null) {
            submission.then.accept(settled);
        }
    }

    /**
     * Reads leaves, as many of them as make a window; what is handed on is sound: leaves in which something changed meanwhile are
     * left out too.
     */
    void read(Collection<Integer> buckets, Consumer<Map<Integer, List<Entry>>> then) {
        long ticket = newTicket();
        readings.put(ticket, new Reading(new HashSet<>(), then));
        effects.add(new Effect.ReadBuckets(ticket, List.copyOf(new LinkedHashSet<>(buckets)), settings.windowBytes()));
    }

    void changedIn(Set<Integer> buckets) {
        readings.values().forEach(reading -> reading.changed.addAll(buckets));
    }

    /** True if the leaves are what the digests say. */
    boolean bucketsRead(Input.Buckets answer) {
        Reading reading = readings.remove(answer.ticket());
        if (reading == null) {
            return true;
        }
        Map<Integer, List<Entry>> sound = new HashMap<>(answer.entries());
        sound.keySet().removeAll(reading.changed);
        if (!forest.isCounted()) {
            reading.then.accept(Map.of());
            return true;
        }
        for (Map.Entry<Integer, List<Entry>> leaf : sound.entrySet()) {
            if (!forest.accountsFor(leaf.getKey(), leaf.getValue())) {
                return false;
            }
        }
        reading.then.accept(sound);
        return true;
    }

    /** The readings under way are worth nothing. */
    void forgetReadings() {
        readings.clear();
    }

    boolean isOfOursReplaced(Change change) {
        Entry before = change.before();
        Entry after = change.after();
        return before != null
                && after != null
                && before.version().replica() == boot
                && after.version().replica() != boot;
    }

    Frame.@Nullable Cursor cursorOf(String unit) {
        PeerMemory memory = memories.get(unit);
        return memory == null ? null : memory.position();
    }
}
