package io.bookshelf.replica;

import io.bookshelf.schema.DotClock;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Frames;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What this unit streams to a peer: everything behind the peer's cursor, in the order of the sequence. The store's index of
 * sequences is the queue; only what is under way is remembered here.
 */
final class Outgoing {
    private final CoreState core;
    private final PeerLink link;
    private final ArrayDeque<UnderWay> underWay = new ArrayDeque<>();
    private final List<Entry> gathered = new ArrayList<>();
    private final StreamOffered claims;
    private DotClock covered = DotClock.EMPTY;
    private boolean begun;
    private boolean announced;
    private boolean reading;
    // Looked at up to here; told up to here; the peer has it up to here.
    private long sent;
    private long told;
    private long acknowledged;
    private int gatheredBytes;
    private int underWayBytes;

    private record UnderWay(long through, int bytes) {}

    Outgoing(CoreState core, PeerLink link) {
        this.core = core;
        this.link = link;
        this.claims = new StreamOffered(core);
    }

    void begin(Frame.Hello hello) {
        covered = hello.clock();
        sent = startFor(hello);
        told = sent;
        acknowledged = sent;
        begun = true;
        claims.begins();
        // Tells from where on, even if there is nothing.
        flush(sent, claims.ofAll(sent));
        pump();
    }

    private long startFor(Frame.Hello hello) {
        Frame.Cursor cursor = hello.cursor();
        if (cursor == null) {
            return hello.empty() ? 0 : core.began;
        }
        if (cursor.boot() == core.boot) {
            return Math.min(cursor.sequence(), core.sequence);
        }
        Long end = core.ended.get(cursor.boot());
        // Of an unknown start nothing follows; the descent finds what is older than this one.
        return end == null ? hello.empty() ? 0 : core.began : Math.min(cursor.sequence(), Math.min(end, core.began));
    }

    /** Sends what there is, as far as the window allows. */
    void pump() {
        while (begun && !reading && sent < core.sequence && underWayBytes < core.settings.windowBytes()) {
            List<Tail.Piece> pieces = core.tail.behind(sent);
            if (pieces.isEmpty()) {
                reading = true;
                claims.pageAsked();
                core.effect(new Effect.ReadPage(link.id, sent));
                return;
            }
            stream(pieces);
        }
    }

    private void stream(List<Tail.Piece> pieces) {
        Tail.Piece before = null;
        for (Tail.Piece piece : pieces) {
            if (before != null
                    && gatheredBytes > 0
                    && gatheredBytes + piece.bytes() > Frames.FULL_BYTES
                    && flushUpTo(before)) {
                return;
            }
            for (Input.Applied applied : piece.applied()) {
                if (isNewest(applied.entry()) && applied.link() != link.id && wants(applied.entry())) {
                    gather(applied.entry());
                }
            }
            sent = piece.through();
            before = piece;
            if (gatheredBytes >= Frames.FULL_BYTES && flushUpTo(piece)) {
                return;
            }
        }
        if (before != null) {
            flushUpTo(before);
        }
    }

    /**
     * False for an entry that was written over since. Its successor may be left to its author to deliver, who has it or has
     * forgotten it as deleted: there the entry would come to life.
     */
    private boolean isNewest(Entry entry) {
        long newest = core.tail.newest(entry);
        if (newest > entry.sequence()) {
            claims.leftOut(newest);
            return false;
        }
        return true;
    }

    /** Sends what was gathered up to the end of a commit. Returns whether the window is full. */
    private boolean flushUpTo(Tail.Piece piece) {
        flush(sent, claims.at(sent, piece.own()));
        return underWayBytes >= core.settings.windowBytes();
    }

    void page(Input.Page page) {
        reading = false;
        for (Entry entry : page.entries()) {
            if (wants(entry)) {
                gather(entry);
            }
        }
        sent = Math.max(sent, page.through());
        claims.pageRead(page);
        flush(sent, page.more() ? Own.NOTHING : claims.ofPage(sent));
        pump();
    }

    private boolean wants(Entry entry) {
        long author = entry.version().replica();
        if (!link.shares(entry) || author == link.hello().boot() || covered.covers(entry)) {
            return false;
        }
        String unit = core.unitOf.get(author);
        if (unit == null || unit.equals(core.self)) {
            return true;
        }
        // Its author gets it there without this unit's help, and says so if that should end.
        Set<String> reached = core.neighbours.get(unit);
        return !unit.equals(link.unit) && (reached == null || !reached.contains(link.unit));
    }

    private void gather(Entry entry) {
        int bytes = Frames.size(entry);
        if (gatheredBytes > 0 && gatheredBytes + bytes > Frames.FULL_BYTES) {
            // The rest of the same stretch follows: nothing is through before that.
            flush(told, Own.NOTHING);
        }
        gathered.add(entry);
        gatheredBytes += bytes;
    }

    /** @param own the own counters that the peer may take as covered when it has this */
    private void flush(long through, Own own) {
        if (gathered.isEmpty() && announced) {
            return;
        }
        announced = true;
        int bytes = gatheredBytes + 32;
        core.send(
                link.id,
                new Frame.Entries(
                        told, through, List.copyOf(gathered), link.cloud ? 0 : own.network(), own.everywhere()));
        underWay.add(new UnderWay(through, bytes));
        underWayBytes += bytes;
        told = through;
        gathered.clear();
        gatheredBytes = 0;
    }

    /** Everything up to here was sent or left out; to be said in a heartbeat. */
    long told() {
        if (begun && gathered.isEmpty()) {
            told = sent;
        }
        return told;
    }

    void acknowledged(Frame.Acknowledge acknowledge) {
        long through = Math.min(acknowledge.through(), sent);
        while (!underWay.isEmpty() && underWay.getFirst().through() <= through) {
            underWayBytes -= underWay.removeFirst().bytes();
        }
        acknowledged = Math.max(acknowledged, through);
        pump();
    }

    /** The peer holds the same as this unit. */
    void agreed() {
        claims.agreed();
    }

    /** How much of this unit's sequence the peer has not acknowledged. */
    long behind() {
        return begun ? core.sequence - acknowledged : core.sequence;
    }

    boolean isIdle() {
        return begun && !reading && underWay.isEmpty() && sent == core.sequence;
    }
}
