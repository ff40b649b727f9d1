package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;
import java.util.List;
import java.util.Map;

/** Comes behind the entries of a frame: keeps the rows that say so. */
final class FrameEnd implements Submission {
    private final long ticket;
    private final Stream stream;
    private final List<ArrivingEntry> entries;
    private final Map<String, byte[]> rows;
    private final Runnable passed;

    /** @param passed run when it has left the bus, committed or refused */
    FrameEnd(long ticket, Stream stream, List<ArrivingEntry> entries, Map<String, byte[]> rows, Runnable passed) {
        this.ticket = ticket;
        this.stream = stream;
        this.entries = entries;
        this.rows = rows;
        this.passed = passed;
    }

    @Override
    public Map<String, byte[]> kept() {
        return stream.isRefused() ? Map.of() : rows;
    }

    @Override
    public int weight() {
        return 64;
    }

    long ticket() {
        return ticket;
    }

    Stream stream() {
        return stream;
    }

    /** False for a repair, which stands by itself. */
    boolean isOfStream() {
        return !rows.isEmpty();
    }

    List<ArrivingEntry> entries() {
        return entries;
    }

    Runnable passed() {
        return passed;
    }
}
