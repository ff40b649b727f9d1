package io.bookshelf.replica;

import io.bookshelf.catalogue.SystemKeys;
import io.bookshelf.catalogue.SystemKeys.Role;
import io.bookshelf.merkle.Forest;
import io.bookshelf.replica.Merging.Verdict;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.wire.Frame;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a peer streams to this unit. The cursor is kept in the transaction that keeps the entries. */
final class Incoming {
    private final CoreState core;
    private final PeerLink link;
    private final StreamTaken stream;
    private boolean begun;
    private int settling;
    // What was taken last goes up to here, be it on disk or not.
    private long taken;
    private int repairing;
    private long told;

    Incoming(CoreState core, PeerLink link) {
        this.core = core;
        this.link = link;
        this.stream = new StreamTaken(core, link);
    }

    void begin(Frame.Hello hello) {
        stream.resume(hello);
    }

    /** @return what is wrong with the frame, empty for nothing */
    String take(Frame.Entries frame) {
        String wrong = wrong(frame.entries());
        if (!wrong.isEmpty()) {
            return wrong;
        }
        if (!begun) {
            begun = true;
            if (stream.begins(frame.from())) {
                link.descents.cursorWasLost(frame.from() > 0);
            }
        } else if (frame.from() > Math.max(taken, Math.max(stream.cursor(), told))) {
            return "a gap in the stream";
        }
        taken = Math.max(taken, frame.through());
        if (frame.entries().isEmpty() && settling == 0) {
            arrived(frame, List.of());
            return "";
        }
        settling++;
        boolean nothing = frame.entries().isEmpty();
        Map<String, byte[]> kept = nothing ? Map.of() : rows(stream.after(frame));
        Map<String, byte[]> refusing = nothing ? Map.of() : rows(stream.refusing(frame));
        long epoch = core.claims.epoch();
        core.submit(link.id, frame.entries(), kept, refusing, settled -> {
            if (core.claims.epoch() == epoch) {
                settled(frame, settled);
            } else {
                // What it was to claim may be among what is lost.
                tellLosers(frame.entries(), settled.verdicts());
            }
        });
        return "";
    }

    private void tellLosers(List<Entry> entries, List<Verdict> verdicts) {
        for (int i = 0; i < verdicts.size(); i++) {
            tellLoser(entries.get(i), verdicts.get(i));
        }
    }

    private void tellLoser(Entry entry, Verdict verdict) {
        Entry loser = verdict.loser();
        if (loser != null) {
            core.effect(new Effect.Lost(loser, verdict.winner(entry)));
        }
    }

    private String wrong(List<Entry> entries) {
        for (Entry entry : entries) {
            if (!link.shares(entry)) {
                return "an entry that may not come over this link: " + entry.key();
            }
            if (link.cloud && !mayBeOfCloud(entry)) {
                return "an entry that a cloud may not write: " + entry.key();
            }
        }
        return "";
    }

    /** What a cloud hands on is as good as its author; what it wrote itself is held to the table. */
    private boolean mayBeOfCloud(Entry entry) {
        Role writer = Role.of(entry.properties().writer());
        boolean own = writer == Role.CLOUD
                || entry.version().replica() == link.hello().boot();
        return !own || SystemKeys.mayWrite(Role.CLOUD, entry.key().name());
    }

    /** The rows to keep along: also the clock, where the peer's row held a claim that is about to go. */
    private Map<String, byte[]> rows(PeerMemory after) {
        Map<String, byte[]> rows = new HashMap<>();
        rows.put(KeptRows.PEER_ROW + link.unit, after.toBytes());
        Long onDisk = core.rowBoots.get(link.unit);
        if (onDisk != null && onDisk != after.boot()) {
            rows.put(KeptRows.CLOCK_ROW, KeptRows.row(core.claims.row()));
        }
        return rows;
    }

    private void settled(Frame.Entries frame, Input.Settled settled) {
        settling--;
        if (settled.refused() != null) {
            core.effect(new Effect.Close(link.id, "this unit cannot keep what comes: " + settled.refused()));
            return;
        }
        if (!frame.entries().isEmpty()) {
            core.rowBoots.put(link.unit, link.hello().boot());
        }
        arrived(frame, settled.verdicts());
    }

    private void arrived(Frame.Entries frame, List<Verdict> verdicts) {
        for (int i = 0; i < verdicts.size(); i++) {
            judge(frame.entries().get(i), verdicts.get(i), false);
        }
        stream.claim(frame, !verdicts.isEmpty(), told);
        acknowledge();
    }

    private void acknowledge() {
        if (settling == 0 && told > stream.cursor()) {
            stream.leftOut(told);
        }
        core.send(link.id, new Frame.Acknowledge(stream.cursor()));
    }

    /** The peer has sent, or left out, everything up to here. */
    void told(long through) {
        told = Math.max(told, through);
        if (begun && settling == 0 && told > stream.cursor()) {
            acknowledge();
        }
    }

    /** Takes what a descent found. */
    String repair(List<Entry> entries) {
        String wrong = wrong(entries);
        if (!wrong.isEmpty() || entries.isEmpty()) {
            return wrong;
        }
        repairing++;
        core.submit(link.id, entries, Map.of(), settled -> {
            repairing--;
            List<Verdict> verdicts = settled.verdicts();
            for (int i = 0; i < verdicts.size(); i++) {
                judge(entries.get(i), verdicts.get(i), true);
            }
            boolean notTaken = verdicts.stream().anyMatch(verdict -> verdict.outcome() == Merging.Outcome.REFUSED);
            if (settled.refused() != null || notTaken) {
                link.descents.refused();
            } else if (repairing == 0) {
                link.descents.repaired();
            }
        });
        return "";
    }

    private void judge(Entry entry, Verdict verdict, boolean answer) {
        tellLoser(entry, verdict);
        switch (verdict.outcome()) {
            case APPLIED, KNOWN -> {}
            case OLDER -> {
                Entry stored = verdict.stored();
                if (answer && stored != null) {
                    core.send(
                            link.id,
                            new Frame.Repair(List.of(stored), entry.key().scope(), List.of()));
                }
            }
            case COVERED -> doubt(entry);
            case REFUSED -> {
                stream.refused();
                core.say(link.unit + ": an entry was refused, its stamp leaves no room for later writes: "
                        + entry.key());
            }
        }
    }

    /** The entry was deleted here, unless a damaged row only makes it look so. */
    private void doubt(Entry entry) {
        int bucket = Forest.bucket(entry.key());
        core.read(Set.of(bucket), leaves -> {
            List<Entry> leaf = leaves.get(bucket);
            boolean absent =
                    leaf != null && leaf.stream().noneMatch(each -> each.key().equals(entry.key()));
            if (absent && core.claims.clock().covers(entry)) {
                core.send(
                        link.id,
                        new Frame.Repair(List.of(entry.expired()), entry.key().scope(), List.of()));
            }
        });
    }

    boolean isIdle() {
        return begun && settling == 0 && repairing == 0;
    }
}
