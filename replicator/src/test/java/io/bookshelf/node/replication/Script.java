package io.bookshelf.node.replication;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Version;
import io.bookshelf.schema.wire.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A scenario that is told step by step, over the parts of the simulation; by default nothing in it is left to chance. */
final class Script {
    private static final long PATIENCE_MILLIS = 120_000;
    private static final long STEP_MILLIS = 50;

    final SimWorld world;
    /** Every frame that was sent. */
    final List<Sent> sent = new ArrayList<>();

    /** A frame on its way. */
    record Sent(long at, String from, String to, Frame frame) {
        boolean carries(Key key) {
            return frame instanceof Frame.Entries entries
                    && entries.entries().stream().anyMatch(entry -> entry.key().equals(key));
        }
    }

    private Script(Random random, List<String> names) {
        world = new SimWorld(random);
        world.links.tap((from, to, frame) -> sent.add(new Sent(world.now(), from, to, frame)));
        names.forEach(name -> world.units.put(name, new SimUnit(world, name)));
        names.forEach(name -> unit(name).listed(new TreeSet<>(names)));
        names.forEach(name -> unit(name).start());
    }

    /** Units that know of each other and are linked with nobody. */
    static Script apart(String... names) {
        return new Script(new Steady(), List.of(names));
    }

    /** Units each of which is linked with each other. */
    static Script mesh(String... names) {
        return mesh(new Steady(), List.of(names));
    }

    static Script mesh(Random random, List<String> names) {
        Script script = new Script(random, names);
        for (String a : names) {
            names.stream().filter(b -> b.compareTo(a) > 0).forEach(b -> script.world.links.connect(a, b));
        }
        return script;
    }

    /** Units each of which is linked with the one before it. */
    static Script chain(String... names) {
        Script script = apart(names);
        for (int i = 1; i < names.length; i++) {
            script.world.links.connect(names[i - 1], names[i]);
        }
        return script;
    }

    SimUnit unit(String name) {
        return Objects.requireNonNull(world.units.get(name), name);
    }

    void write(String unit, String key, String value) {
        unit(unit).write(Key.of(key), value.getBytes(StandardCharsets.UTF_8), 0);
    }

    void write(String unit, String key, String value, long expirySeconds) {
        unit(unit).write(Key.of(key), value.getBytes(StandardCharsets.UTF_8), expirySeconds);
    }

    void delete(String unit, String key) {
        write(unit, key, "");
    }

    void cut(String a, String b) {
        world.say(a + " and " + b + " are cut off from each other");
        world.links.cut(a, b);
        world.links.cut(b, a);
    }

    void heal(String a, String b) {
        world.say(a + " and " + b + " reach each other again");
        world.links.heal(a, b);
        world.links.heal(b, a);
    }

    /** Switches a unit off and on again, at once. */
    void restart(String unit) {
        unit(unit).die();
        unit(unit).start();
    }

    void run(long millis) {
        world.run(millis);
    }

    /** Lets time pass until something is so. */
    void until(String what, BooleanSupplier isSo) {
        long end = world.now() + PATIENCE_MILLIS;
        while (!isSo.getAsBoolean()) {
            if (world.now() >= end) {
                throw world.wrong("not within " + PATIENCE_MILLIS / 1_000 + " s: " + what);
            }
            world.run(STEP_MILLIS);
        }
    }

    /** Lets time pass until all units hold the same and say so of each other. */
    void agree() {
        // What was just written is not committed yet, and who just started is not linked.
        world.run(1_000);
        long end = world.now() + PATIENCE_MILLIS;
        @Nullable String differs = ReplicationSimulationTest.difference(world);
        while (differs != null) {
            if (world.now() >= end) {
                throw world.wrong("not the same within " + PATIENCE_MILLIS / 1_000 + " s: " + differs);
            }
            world.run(STEP_MILLIS);
            differs = ReplicationSimulationTest.difference(world);
        }
    }

    /** The same, until each has also heard what the others state, and kept what it covers. */
    void settle() {
        agree();
        world.run(30_000);
        agree();
    }

    /** The values that clients of a unit see. */
    Map<String, String> values(String unit) {
        Map<String, String> values = new TreeMap<>();
        unit(unit).live().forEach((key, entry) -> values.put(key.name(), text(entry)));
        return values;
    }

    private static String text(Entry entry) {
        return new String(entry.value(), StandardCharsets.UTF_8);
    }

    /** What a unit keeps of a key, a tombstone included. */
    @Nullable
    Entry row(String unit, String key) {
        return unit(unit).all().get(Key.of(key));
    }

    Entry entry(String unit, String key) {
        return Objects.requireNonNull(row(unit, key), key + " on " + unit);
    }

    boolean hasTombstone(String unit, String key) {
        Entry row = row(unit, key);
        return row != null && row.deleted();
    }

    /** Whether somebody was told that this write lost to another that had not seen it. */
    boolean isReportedLost(Version version) {
        return world.truth.wasTold(version);
    }

    /** What the units said and did, for messages. */
    String transcript() {
        return String.join("\n", world.transcript());
    }
}
