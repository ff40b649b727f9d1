package io.bookshelf.cli.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** One start of the benchmark: its broker, its options, and the keys that it has to remove again. */
final class Run {
    private final Target target;
    private final @Nullable Target elsewhere;
    private final BenchOptions options;
    private final String id;
    private final AtomicBoolean stop;
    private final PrintStream progress;
    private final List<KeySpace> spaces = new ArrayList<>();

    /**
     * @param elsewhere a broker that should get to know what is put to the target, null for none
     */
    Run(
            Target target,
            @Nullable Target elsewhere,
            BenchOptions options,
            String id,
            AtomicBoolean stop,
            PrintStream progress) {
        this.target = target;
        this.elsewhere = elsewhere;
        this.options = options;
        this.id = id;
        this.stop = stop;
        this.progress = progress;
    }

    Target target() {
        return target;
    }

    BenchOptions options() {
        return options;
    }

    /** What every key of this run starts with. */
    String prefix() {
        return "bench/" + id;
    }

    /** Where subscribers listen: at the target, then elsewhere if there is such a place. */
    List<Target> places() {
        return elsewhere == null ? List.of(target) : List.of(target, elsewhere);
    }

    /** Connections to the target. */
    Loop loop() {
        return loop(target);
    }

    Loop loop(Target place) {
        return new Loop(place, stop);
    }

    /**
     * Connects once to each place and hangs up.
     *
     * @throws BenchException if a broker cannot be reached or lets nobody in
     */
    void checkBrokers() {
        for (Target place : places()) {
            try (Loop loop = loop(place)) {
                loop.connect(clientId("check", 0), PacketHandler.NONE);
            }
        }
    }

    boolean stopped() {
        return stop.get();
    }

    /** A client id that no other connection of this run has. */
    String clientId(String role, int number) {
        return "bench-" + id + '-' + role + number;
    }

    /** Fresh keys below {@code bench/<id>/<name>}. */
    KeySpace keys(String name, int count) {
        KeySpace space = new KeySpace(prefix() + '/' + name, count);
        spaces.add(space);
        return space;
    }

    List<KeySpace> spaces() {
        return List.copyOf(spaces);
    }

    /** Tells the person who waits what is going on. */
    void say(String line) {
        progress.println(line);
    }
}
