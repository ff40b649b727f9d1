package io.bookshelf.node.replication;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import io.bookshelf.store.MemoryDisk;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** A network of units, and all that can befall it. */
final class SimFaults {
    private static final long CENTURY_MILLIS = 73L * 365 * 24 * 3_600_000;

    private final SimWorld world;
    private final Random random;
    private final List<String> names = new ArrayList<>();
    private final Map<String, MemoryDisk> images = new HashMap<>();
    private final Set<String> retired = new TreeSet<>();
    private final int keys;
    private final boolean disasters;
    boolean crashes;
    boolean wildClocks;

    SimFaults(SimWorld world) {
        this.world = world;
        this.random = world.random;
        int units = random.nextInt(12) == 0 ? 8 + random.nextInt(17) : 1 + random.nextInt(6);
        this.keys = 3 + random.nextInt(40);
        this.disasters = random.nextInt(3) == 0;
        this.crashes = random.nextInt(4) > 0;
        this.wildClocks = random.nextInt(4) == 0;
        world.truth.wildClocks = wildClocks;
        for (int i = 0; i < units; i++) {
            names.add("u" + i);
            world.units.put("u" + i, new SimUnit(world, "u" + i));
        }
        topology();
        tellListed();
        long grain = random.nextInt(4) == 0 ? 1_000 : 1;
        world.units.values().forEach(unit -> {
            unit.clock.grainMillis = grain;
            unit.clock.timeKnown = !wildClocks || random.nextInt(4) > 0;
            unit.clock.skewMillis = wildClocks ? skew() : random.nextInt(2_000) - 1_000;
            unit.slowness = random.nextInt(5) == 0 ? 200 : 2;
            unit.later = random.nextInt(6) == 0;
        });
        world.say(units + " units, " + keys + " keys" + (disasters ? ", disasters" : "") + (crashes ? ", crashes" : "")
                + (wildClocks ? ", wild clocks" : ""));
        world.units.values().forEach(SimUnit::start);
    }

    private long skew() {
        return switch (random.nextInt(6)) {
            case 0 -> -CENTURY_MILLIS / 2;
            case 1 -> 40 * 60_000;
            case 2 -> random.nextBoolean() ? CENTURY_MILLIS / 2 : 0;
            default -> random.nextInt(120_000) - 60_000;
        };
    }

    private void topology() {
        int kind = random.nextInt(4);
        for (int i = 1; i < names.size(); i++) {
            switch (kind) {
                case 0 -> world.links.connect(names.get(i - 1), names.get(i));
                case 1 -> world.links.connect(names.getFirst(), names.get(i));
                default -> {
                    for (int j = 0; j < i; j++) {
                        world.links.connect(names.get(j), names.get(i));
                    }
                }
            }
        }
    }

    private void tellListed() {
        Set<String> listed = new TreeSet<>(names);
        listed.removeAll(retired);
        world.units.values().forEach(unit -> {
            unit.retired = retired.contains(unit.name);
            unit.listed(listed);
        });
    }

    /** Lets things happen for so long. */
    void rage(long millis) {
        long end = world.now() + millis;
        while (world.now() < end) {
            world.run(1 + random.nextInt(400));
            somethingHappens();
        }
    }

    private SimUnit any() {
        return Objects.requireNonNull(world.units.get(names.get(random.nextInt(names.size()))));
    }

    private void somethingHappens() {
        SimUnit unit = any();
        int what = random.nextInt(100);
        if (what < 60) {
            write(unit, 0);
        } else if (what < 68) {
            SimUnit other = any();
            world.links.cut(unit.name, other.name);
            if (random.nextInt(3) > 0) {
                world.links.cut(other.name, unit.name);
            }
        } else if (what < 75) {
            SimUnit other = any();
            world.links.heal(unit.name, other.name);
            world.links.heal(other.name, unit.name);
        } else if (what < 77) {
            world.links.healAll();
        } else if (what < 80) {
            world.links.breakOne();
        } else if (what < 88 && crashes) {
            crash(unit);
        } else if (what < 90) {
            unit.disk.full(!unit.disk.isFull());
        } else if (what < 92) {
            burst(unit);
        } else if (what < 94) {
            retireOrReturn(unit);
        } else if (what < 96 && wildClocks) {
            unit.clock.skewMillis += skew() / 10;
        } else if (disasters) {
            disaster(unit);
        }
    }

    private void burst(SimUnit unit) {
        if (unit.isRunning()) {
            boolean large = random.nextInt(4) == 0;
            for (int i = 0; i < (large ? 30 : 200); i++) {
                write(unit, large ? 30_000 : 0);
            }
        }
    }

    private void write(SimUnit unit, int padding) {
        if (!unit.isRunning()) {
            return;
        }
        String prefix =
                switch (random.nextInt(6)) {
                    case 0 -> "private/";
                    case 1 -> "local/";
                    default -> "k/";
                };
        Key key = Key.of(prefix + random.nextInt(keys));
        int kind = random.nextInt(10);
        byte[] value = kind < 3
                ? new byte[0]
                : (unit.name + "@" + world.now() + "#" + random.nextInt(1_000_000) + "x".repeat(padding))
                        .getBytes(StandardCharsets.UTF_8);
        unit.write(key, value, kind == 9 ? 1 + random.nextInt(60) : 0);
    }

    private void crash(SimUnit unit) {
        if (!unit.isRunning()) {
            unit.start();
            return;
        }
        if (random.nextBoolean()) {
            unit.commit();
        }
        unit.die();
        world.after(100 + random.nextInt(20_000), () -> {
            if (!unit.isRunning()) {
                unit.start();
            }
        });
    }

    private void retireOrReturn(SimUnit unit) {
        if (!retired.remove(unit.name)) {
            retired.add(unit.name);
            world.truth.anyRetired = true;
        }
        world.say((retired.contains(unit.name) ? "retired: " : "listed again: ") + unit.name);
        tellListed();
    }

    private void disaster(SimUnit unit) {
        switch (random.nextInt(5)) {
            case 0 -> images.put(unit.name, unit.disk.copy());
            case 1 -> restore(unit);
            case 2 -> tear(unit);
            case 3 -> damage(unit);
            default -> replaceByEmpty(unit);
        }
    }

    private void restore(SimUnit unit) {
        MemoryDisk image = images.get(unit.name);
        if (image != null) {
            lose(unit, "is restored from an old image", () -> unit.disk = image.copy());
        }
    }

    private void tear(SimUnit unit) {
        lose(unit, "loses its last commit", () -> unit.disk.tearLastCommit());
    }

    private void replaceByEmpty(SimUnit unit) {
        if (random.nextInt(3) == 0) {
            lose(unit, "loses its file", () -> unit.disk = new MemoryDisk());
        }
    }

    private void damage(SimUnit unit) {
        List<Key> rows = new ArrayList<>(unit.all().keySet());
        if (!rows.isEmpty()) {
            Key key = rows.get(random.nextInt(rows.size()));
            Map<Key, Entry> before = unit.all();
            world.say(unit.name + " has a damaged row: " + key);
            unit.disk.damage(key);
            excuse(unit, before);
        }
    }

    private void lose(SimUnit unit, String how, Runnable what) {
        if (unit.isRunning()) {
            unit.die();
        }
        world.say(unit.name + " " + how);
        Map<Key, Entry> before = unit.all();
        what.run();
        excuse(unit, before);
        unit.start();
    }

    /** What was there only, and is not any more, cannot be asked for. */
    private void excuse(SimUnit unit, Map<Key, Entry> before) {
        Map<Key, Entry> after = unit.all();
        before.forEach((key, entry) -> {
            Entry left = after.get(key);
            if (left != null && left.version().compareTo(entry.version()) >= 0) {
                return;
            }
            world.truth.taken(entry);
            Version best = null;
            for (SimUnit other : world.units.values()) {
                Entry held = other == unit || key.scope() == Scope.UNIT
                        ? null
                        : other.all().get(key);
                if (held != null && (best == null || held.version().compareTo(best) > 0)) {
                    best = held.version();
                }
            }
            if (best == null || best.compareTo(entry.version()) < 0) {
                world.truth.excuse(entry, best);
            }
        });
        after.values().forEach(entry -> excuseForgotten(unit, entry));
    }

    /** A delete of what is there again, forgotten here and known to nobody else, cannot be asked for either. */
    private void excuseForgotten(SimUnit unit, Entry entry) {
        for (Entry delete : world.truth.deletesAfter(entry)) {
            boolean known = world.running().stream()
                    .anyMatch(other -> other != unit && other.core().clock().covers(delete));
            if (!known) {
                world.truth.excuse(delete, entry.version());
            }
        }
    }

    /** Everything works again, and every clock is right. */
    void heal() {
        world.say("all is healed");
        retired.clear();
        world.links.healAll();
        world.units.values().forEach(unit -> {
            unit.disk.full(false);
            unit.slowness = 2;
            unit.clock.timeKnown = true;
            unit.clock.skewMillis = 0;
            if (!unit.isRunning()) {
                unit.start();
            }
        });
        tellListed();
    }
}
