package io.bookshelf.node.replication;

import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Things that happen one after the other and belong together; in between the network comes to rest, or nearly. */
final class SimEpisodes {
    private final SimWorld world;
    private final SimFaults faults;
    private final SimFlavour flavour;
    private final Random random;
    private boolean haveMet;

    SimEpisodes(SimWorld world, SimFaults faults, SimFlavour flavour) {
        this.world = world;
        this.faults = faults;
        this.flavour = flavour;
        this.random = world.random;
    }

    void next() {
        switch (flavour) {
            case ANYTHING -> faults.somethingHappens();
            case FORGETTING -> {
                if (random.nextInt(3) == 0) {
                    deafness();
                } else {
                    absence();
                }
            }
            case DAMAGE -> damage();
            case FULL_DISKS -> fullMoments();
            case CROWDED -> encounter();
        }
    }

    /** Everybody writes for so long. */
    private void writing(int millis, int padding) {
        long end = world.now() + millis;
        while (world.now() < end) {
            world.run(1 + random.nextInt(120));
            faults.write(faults.any(), padding);
            faults.look();
        }
    }

    /** Nobody writes for so long. */
    private void rest(int millis) {
        long end = world.now() + millis;
        while (world.now() < end) {
            world.run(Math.min(500, end - world.now()));
            faults.look();
        }
    }

    /** A unit is away, or only half reached, for longer than tombstones are kept; its file may be put back then. */
    private void absence() {
        SimUnit unit = faults.any();
        boolean retires = random.nextInt(5) == 0;
        boolean dies = random.nextInt(4) == 0;
        boolean comesBackOld = random.nextInt(3) == 0;
        if (comesBackOld) {
            faults.disasters.image(unit);
        }
        int way = random.nextInt(5);
        world.say("away: " + unit + (way == 0 ? ", is heard" : way == 1 ? ", hears" : ""));
        if (way != 1) {
            world.links.cutTo(unit);
        }
        if (way != 0) {
            world.links.cutFrom(unit);
        }
        writing(200 + random.nextInt(2_500), 0);
        if (retires) {
            faults.retireOrReturn(unit);
        }
        if (dies && unit.isRunning()) {
            unit.die();
        }
        rest(random.nextInt(5_000));
        if (random.nextBoolean()) {
            writing(random.nextInt(1_000), 0);
        }
        world.links.healAll();
        if (comesBackOld) {
            rest(random.nextInt(4_000));
            faults.disasters.restore(unit);
        } else if (!unit.isRunning()) {
            unit.start();
        }
        if (retires) {
            faults.retireOrReturn(unit);
        }
        rest(1_000 + random.nextInt(4_000));
    }

    /** A unit is heard and hears nothing: what it states is news, and is of a unit that knows of no delete. */
    private void deafness() {
        SimUnit unit = faults.any();
        List<Key> deleted = new ArrayList<>();
        world.say("deaf: " + unit);
        world.links.cutTo(unit);
        for (SimUnit other : world.units.values()) {
            if (other != unit) {
                deleted.add(faults.delete(other));
            }
        }
        rest(50 + random.nextInt(400));
        faults.write(unit, 0);
        rest(600 + random.nextInt(2_500));
        deleted.forEach(key -> faults.write(unit, key));
        rest(random.nextInt(500));
        world.links.healAll();
        rest(1_000 + random.nextInt(3_000));
    }

    /** Rows are damaged, and met by whoever comes first: a reader, the check, a write, a peer; or after a start. */
    private void damage() {
        writing(200 + random.nextInt(2_000), 0);
        rest(random.nextInt(5_000));
        SimUnit unit = faults.any();
        if (random.nextInt(3) == 0) {
            world.links.cutTo(unit);
            world.links.cutFrom(unit);
        }
        for (int rows = 1 + random.nextInt(3); rows > 0; rows--) {
            faults.disasters.damage(unit);
        }
        if (random.nextInt(3) == 0) {
            writing(random.nextInt(500), 0);
        }
        if (random.nextInt(3) == 0) {
            unit.die();
            rest(random.nextInt(500));
            unit.start();
        }
        rest(random.nextInt(3_000));
        world.links.healAll();
        rest(random.nextInt(3_000));
    }

    /** A slow disk is full, and is not, and is, while much comes. */
    private void fullMoments() {
        SimUnit unit = faults.any();
        unit.commitMillis = random.nextInt(120);
        unit.largestBatch = 1 + random.nextInt(8);
        for (int moment = 1 + random.nextInt(8); moment > 0; moment--) {
            writing(random.nextInt(300), 0);
            unit.disk.full(true);
            writing(random.nextInt(60), 0);
            unit.disk.full(false);
        }
        writing(random.nextInt(300), 0);
        unit.commitMillis = 0;
        unit.largestBatch = SimUnit.LARGEST_BATCH;
        rest(random.nextInt(2_000));
    }

    /** Units that have written much by themselves meet for the first time, or as strangers: the trees have to find it all. */
    private void encounter() {
        if (haveMet) {
            writing(100 + random.nextInt(500), random.nextInt(2_000));
            faults.somethingHappens();
            return;
        }
        haveMet = true;
        world.units.values().forEach(world.links::cutTo);
        world.links.breakAll();
        rest(500);
        for (SimUnit unit : world.units.values()) {
            if (unit == faults.any()) {
                continue;
            }
            faults.writeAll(unit, 60_000);
        }
        rest(1_000);
        world.units.values().forEach(SimUnit::die);
        rest(500);
        world.units.values().forEach(SimUnit::start);
        faults.writeAll(faults.any(), 60_000);
        rest(1_000);
        world.links.healAll();
        rest(5_000);
    }
}
