package io.bookshelf.client.pattern;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.Entry;
import io.bookshelf.client.ShelfMap;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * A change in two steps, for what units have to do together, such as moving to another channel: first each gets ready for a
 * plan and says so, then somebody says go. The keys are {@code rollout/<name>/plan} (what is to be done),
 * {@code rollout/<name>/ready/<unit>} and {@code rollout/<name>/go}, both with the version of the plan that they are about, so that
 * a newer plan makes them void.
 *
 * <p><b>While the network is divided</b> the units that are cut off are missing among the ready, and hear of the go when they
 * are back: whoever says go decides whether to wait for them. Of two plans at once the later counts. <b>Do not</b> take a go as
 * a promise that everybody acts at the same time.
 *
 * {@snippet class="io.bookshelf.client.examples.PatternExamples" region="rollout" :
 * // @start region="rollout"
 * try (Rollout rollout = new Rollout(shelf, "channel")) {
 *     rollout.onChange(() -> rollout.plan().ifPresent(plan -> {
 *         if (rollout.isGo()) {
 *             System.out.println("changing to " + plan);
 *         } else {
 *             rollout.ready("hall");
 *         }
 *     }));
 *     rollout.propose("channel 11");
 *     System.out.println(rollout.goIfReady(Set.of("hall", "attic")) ? "all go" : "not all are ready");
 * }
 * // @end
 * }
 * }
 * }
 */
public final class Rollout implements AutoCloseable {
    private static final String PREFIX = "rollout/";
    private static final String PLAN = "plan";
    private static final String GO = "go";
    private static final String READY = "ready/";

    /** No unit has a name with a slash. */
    private static final List<String> NOBODY_YET = List.of("/");

    private final Bookshelf shelf;
    private final String prefix;
    private final ShelfMap<String> keys;

    /** Opens a rollout by its name; a unit and whoever coordinates use the same. */
    public Rollout(Bookshelf shelf, String name) {
        this.shelf = shelf;
        this.prefix = PREFIX + Names.level("a rollout", name) + "/";
        this.keys = shelf.map(prefix, Codecs.text());
    }

    /** Says what is to be done; a plan before it is void. */
    public void propose(String plan) {
        keys.put(PLAN, plan);
    }

    /** What is to be done, as far as is known here. */
    public Optional<String> plan() {
        return keys.get(PLAN);
    }

    /** Says that a unit is ready for the plan that is known here; without one it says nothing. */
    public void ready(String unit) {
        version().ifPresent(version -> {
            String key = READY + Names.level("a unit", unit);
            if (!keys.get(key).equals(Optional.of(version))) {
                keys.put(key, version);
            }
        });
    }

    /** The units that are ready for this plan, as far as is known here. */
    public SortedSet<String> ready() {
        return version().map(version -> readyFor(version, keys.values())).orElseGet(TreeSet::new);
    }

    private static SortedSet<String> readyFor(String version, Map<String, String> stated) {
        TreeSet<String> units = new TreeSet<>();
        stated.forEach((name, about) -> {
            if (name.startsWith(READY) && about.equals(version)) {
                units.add(name.substring(READY.length()));
            }
        });
        return units;
    }

    /**
     * Says go if all that take part are ready for the plan that the unit has now: all units that have ever said that they are
     * ready, for this plan or one before it, and at least one. To go without some of them, name those that have to be ready,
     * by {@link #goIfReady}.
     *
     * @return whether they were
     */
    public boolean go() {
        return go(stated -> {
            List<String> all = stated.keySet().stream()
                    .filter(name -> name.startsWith(READY))
                    .map(name -> name.substring(READY.length()))
                    .toList();
            return all.isEmpty() ? NOBODY_YET : all;
        });
    }

    /**
     * Says go if all of these are ready for the plan that the unit has now.
     *
     * @return whether they were
     */
    public boolean goIfReady(Collection<String> units) {
        return go(stated -> units);
    }

    private boolean go(Function<Map<String, String>, Collection<String>> whose) {
        // Asked of the unit, and once: what is known here may still be the plan before, for which all were ready.
        Map<String, String> stated = new HashMap<>();
        Optional<String> version = Optional.empty();
        for (Entry entry : shelf.list(prefix + "#")) {
            String name =
                    entry.key().substring(Math.min(prefix.length(), entry.key().length()));
            stated.put(name, entry.text());
            version = name.equals(PLAN) ? version(entry) : version;
        }
        Collection<String> units = whose.apply(stated);
        boolean all = version.isPresent() && readyFor(version.get(), stated).containsAll(units);
        if (all) {
            keys.put(GO, version.get());
        }
        return all;
    }

    /** Has somebody said go for this plan, as far as is known here? */
    public boolean isGo() {
        Optional<String> version = version();
        return version.isPresent() && keys.get(GO).equals(version);
    }

    private Optional<String> version() {
        return keys.entry(PLAN).flatMap(Rollout::version);
    }

    private static Optional<String> version(Entry plan) {
        return plan.version().map(Object::toString);
    }

    /** Runs it after each change; see {@link ShelfMap#onChange}. */
    public void onChange(Runnable listener) {
        keys.onChange(listener);
    }

    /** Stops following; what was said stays. */
    @Override
    public void close() {
        keys.close();
    }
}
