package io.bookshelf.node.replication;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Version;
import io.bookshelf.store.MemoryDisk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What takes from a unit what it had acknowledged, and what can therefore not be asked for in the end. */
final class SimDisasters {
    private final SimWorld world;
    private final Random random;
    private final Map<String, MemoryDisk> images = new HashMap<>();

    SimDisasters(SimWorld world) {
        this.world = world;
        this.random = world.random;
    }

    void any(SimUnit unit) {
        switch (random.nextInt(5)) {
            case 0 -> image(unit);
            case 1 -> restore(unit);
            case 2 -> tear(unit);
            case 3 -> damage(unit);
            default -> {
                if (random.nextInt(3) == 0) {
                    replaceByEmpty(unit);
                }
            }
        }
    }

    void image(SimUnit unit) {
        world.say(unit.name + " is copied");
        images.put(unit.name, unit.disk.copy());
    }

    void restore(SimUnit unit) {
        MemoryDisk image = images.get(unit.name);
        if (image != null) {
            lose(unit, "is restored from an old image", () -> unit.disk = image.copy());
        }
    }

    private void tear(SimUnit unit) {
        lose(unit, "loses its last commit", () -> unit.disk.tearLastCommit());
    }

    void replaceByEmpty(SimUnit unit) {
        lose(unit, "loses its file", () -> unit.disk = new MemoryDisk());
    }

    void damage(SimUnit unit) {
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
        world.truth.anyDisaster = true;
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

    /** Who is counted again may hold what all others have let go of without knowing of it. */
    void excuseAbsence(SimUnit unit) {
        unit.all().forEach((key, entry) -> {
            boolean news = world.units.values().stream()
                    .filter(other -> other != unit)
                    .anyMatch(
                            other -> !other.isRunning() || !other.core().clock().covers(entry));
            if (key.scope() != Scope.UNIT && news) {
                world.truth.loosen(key);
            }
        });
    }
}
