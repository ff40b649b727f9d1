package io.bookshelf.node.replication;

import io.bookshelf.bus.Commit;
import io.bookshelf.replica.Input;
import io.bookshelf.schema.Entry;
import io.bookshelf.store.Head;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns commits into what a replica core is told. For the writer's thread. */
final class Outcomes {
    // Entries of frames whose end has not come yet, that were refused.
    private final Map<ArrivingEntry, String> refused = new HashMap<>();

    /** What is to be told of a commit, in order; empty if it changes nothing. */
    List<Input> of(Commit commit, Head head) {
        List<Input.Applied> applied = new ArrayList<>();
        List<Input> settled = new ArrayList<>();
        for (Commit.Outcome outcome : commit.outcomes()) {
            Entry entry = outcome.entry();
            switch (outcome.submission()) {
                case ArrivingEntry arriving -> {
                    String refusal = outcome.refusal();
                    if (refusal != null) {
                        refused.put(arriving, refusal);
                    } else if (entry != null) {
                        applied.add(new Input.Applied(entry, arriving.link()));
                    }
                }
                case FrameEnd end -> settled.add(settle(end, outcome.refusal()));
                default -> {
                    if (entry != null) {
                        applied.add(new Input.Applied(entry, 0));
                    }
                }
            }
        }
        List<Input> inputs = new ArrayList<>();
        if (!applied.isEmpty()) {
            inputs.add(new Input.Committed(
                    applied, commit.sequence(), head.clock(), head.networkCounter(), head.everywhereCounter()));
        }
        inputs.addAll(settled);
        return inputs;
    }

    /** Tells those who wait behind others that their turn has come. */
    static void passed(Commit commit) {
        for (Commit.Outcome outcome : commit.outcomes()) {
            switch (outcome.submission()) {
                case Barrier barrier -> barrier.passed().run();
                case FrameEnd end -> end.passed().run();
                default -> {}
            }
        }
    }

    private Input.Settled settle(FrameEnd end, @Nullable String refusal) {
        String why = refusal;
        for (ArrivingEntry entry : end.entries()) {
            String refusedEntry = refused.remove(entry);
            why = why == null ? refusedEntry : why;
        }
        if (why != null && end.isOfStream()) {
            end.stream().refuse();
        } else if (end.stream().isRefused()) {
            why = "what came before it was refused";
        }
        return new Input.Settled(
                end.ticket(),
                why == null ? end.entries().stream().map(ArrivingEntry::verdict).toList() : List.of(),
                why);
    }
}
