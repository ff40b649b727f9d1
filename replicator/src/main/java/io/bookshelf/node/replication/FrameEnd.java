package io.bookshelf.node.replication;

import io.bookshelf.bus.Submission;
import io.bookshelf.replica.Effect;
import java.util.List;
import java.util.Map;

/** Comes behind the entries of a frame: keeps the rows that say so. */
final class FrameEnd implements Submission {
    private final Stream stream;
    private final List<ArrivingEntry> entries;
    private final Effect.Submit submit;
    private final Fence fence;
    private final Runnable passed;

    /** @param passed run when it has left the bus, committed or refused */
    FrameEnd(Effect.Submit submit, Stream stream, List<ArrivingEntry> entries, Fence fence, Runnable passed) {
        this.submit = submit;
        this.stream = stream;
        this.entries = entries;
        this.fence = fence;
        this.passed = passed;
    }

    /** Only now is it known whether the entries before it were taken. */
    @Override
    public Map<String, byte[]> kept() {
        if (entries.stream().anyMatch(ArrivingEntry::isRefused)) {
            stream.leaveOut();
        }
        if (stream.isRefused() || fence.isClosed()) {
            return Map.of();
        }
        return stream.isIncomplete() ? submit.refusing() : submit.kept();
    }

    @Override
    public int weight() {
        return 64;
    }

    long ticket() {
        return submit.ticket();
    }

    Stream stream() {
        return stream;
    }

    /** False for a repair, which stands by itself. */
    boolean isOfStream() {
        return !submit.kept().isEmpty();
    }

    List<ArrivingEntry> entries() {
        return entries;
    }

    Runnable passed() {
        return passed;
    }
}
