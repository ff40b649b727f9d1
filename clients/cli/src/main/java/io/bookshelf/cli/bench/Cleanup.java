package io.bookshelf.cli.bench;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;

/** Deletes what a run has written. */
final class Cleanup {
    private static final long MOST = 120 * Scenario.SECOND;
    private static final int WINDOW = 256;

    private Cleanup() {}

    /** Deletes every key that the run wrote and says so; a key that could not be deleted is named, not thrown. */
    static void remove(Run run) {
        int keys = run.spaces().stream().mapToInt(KeySpace::writtenCount).sum();
        if (keys == 0) {
            return;
        }
        if (run.options().keep()) {
            run.say(String.format(Locale.ROOT, "kept %,d keys under %s/", keys, run.prefix()));
            return;
        }
        int left = keys;
        String why = "";
        try (Loop loop = new Loop(run.target(), new AtomicBoolean())) {
            long deadline = System.nanoTime() + MOST;
            for (KeySpace space : run.spaces()) {
                KeyOrder order = KeyOrder.written(space);
                PutLoad deletes = new PutLoad(run, loop, "cleanup-" + space.prefix(), space, 0, 1, WINDOW, order);
                deletes.runToEnd(deadline);
                left -= (int) deletes.acknowledged();
            }
        } catch (BenchException e) {
            why = ": " + e.getMessage();
        }
        if (left == 0) {
            run.say(String.format(Locale.ROOT, "removed %,d keys under %s/", keys, run.prefix()));
        } else {
            run.say(String.format(
                    Locale.ROOT, "%,d of %,d keys may be left under %s/%s", left, keys, run.prefix(), why));
        }
    }
}
