package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;
import java.util.List;
import java.util.Map;

/** Comes behind the entries of a frame: keeps the rows that say so. */
final class FrameEnd implements Submission {
    private final long ticket;
    private final List<ArrivingEntry> entries;
    private final Map<String, byte[]> rows;

    FrameEnd(long ticket, List<ArrivingEntry> entries, Map<String, byte[]> rows) {
        this.ticket = ticket;
        this.entries = entries;
        this.rows = rows;
    }

    @Override
    public Map<String, byte[]> kept() {
        return rows;
    }

    @Override
    public int weight() {
        return 64;
    }

    long ticket() {
        return ticket;
    }

    List<ArrivingEntry> entries() {
        return entries;
    }
}
