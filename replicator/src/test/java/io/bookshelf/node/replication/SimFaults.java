package io.bookshelf.node.replication;

import io.bookshelf.schema.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** A network of units, and all that can befall it. */
final class SimFaults {
    private static final long LOOK_MILLIS = 1_000;
    private static final long CENTURY_MILLIS = 73L * 365 * 24 * 3_600_000;

    private final SimWorld world;
    private final Random random;
    private final List<String> names = new ArrayList<>();
    private final Set<String> retired = new TreeSet<>();
    private final SimFlavour flavour;
    private final SimKeys keys;
    private final SimClaims claims;
    private long lookedAt;
    final SimDisasters disasters;
    private final boolean anyDisasters;
    private final boolean crashes;
    private final boolean wildClocks;

    SimFaults(SimWorld world, SimFlavour flavour) {
        this.world = world;
        this.random = world.random;
        this.flavour = flavour;
        this.disasters = new SimDisasters(world);
        this.claims = new SimClaims(world);
        int units = flavour.units(random);
        this.keys = new SimKeys(flavour, flavour.keys(random));
        this.anyDisasters = random.nextInt(3) == 0;
        this.crashes = random.nextInt(4) > 0;
        this.wildClocks = random.nextInt(4) == 0;
        world.settings = flavour.settings();
        world.tombstoneMillis = flavour.tombstoneMillis();
        world.checkMillis = flavour.checkMillis();
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
            unit.former = names.indexOf(unit.name) % 3 == 2;
        });
        world.say(flavour + ", " + units + " units, " + keys.count() + " keys" + (anyDisasters ? ", disasters" : "")
                + (crashes ? ", crashes" : "") + (wildClocks ? ", wild clocks" : ""));
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
        SimEpisodes episodes = new SimEpisodes(world, this, flavour);
        long end = world.now() + millis;
        while (world.now() < end) {
            world.run(1 + random.nextInt(400));
            episodes.next();
            look();
        }
    }

    /** Now and then, whether what units claim is so. */
    void look() {
        if (world.now() - lookedAt >= LOOK_MILLIS) {
            lookedAt = world.now();
            claims.look();
        }
    }

    SimUnit any() {
        return unit(names.get(random.nextInt(names.size())));
    }

    private SimUnit unit(String name) {
        return Objects.requireNonNull(world.units.get(name));
    }

    void somethingHappens() {
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
        } else if (anyDisasters) {
            disasters.any(unit);
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

    void write(SimUnit unit, int padding) {
        if (!unit.isRunning()) {
            return;
        }
        int kind = random.nextInt(10);
        byte[] value = kind < flavour.deletes() ? new byte[0] : value(unit, padding);
        unit.write(keys.any(random), value, kind == 9 ? 1 + random.nextInt(60) : 0);
    }

    void write(SimUnit unit, Key key) {
        if (unit.isRunning()) {
            unit.write(key, value(unit, 0), 0);
        }
    }

    /** A unit deletes something. */
    Key delete(SimUnit unit) {
        Key key = keys.any(random);
        if (unit.isRunning()) {
            unit.write(key, new byte[0], 0);
        }
        return key;
    }

    private byte[] value(SimUnit unit, int padding) {
        return (unit.name + "@" + world.now() + "#" + random.nextInt(1_000_000) + "x".repeat(padding))
                .getBytes(StandardCharsets.UTF_8);
    }

    /** A unit writes every key once. */
    void writeAll(SimUnit unit, int padding) {
        for (int i = 0; i < keys.count() && unit.isRunning(); i++) {
            unit.write(keys.number(i), value(unit, padding), 0);
        }
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

    void retireOrReturn(SimUnit unit) {
        disasters.excuseAbsence(unit);
        if (!retired.remove(unit.name)) {
            retired.add(unit.name);
            world.truth.anyRetired = true;
        }
        world.say((retired.contains(unit.name) ? "retired: " : "listed again: ") + unit.name);
        tellListed();
    }

    /** Everything works again, and every clock is right. */
    void heal() {
        world.say("all is healed");
        retired.forEach(name -> disasters.excuseAbsence(unit(name)));
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
