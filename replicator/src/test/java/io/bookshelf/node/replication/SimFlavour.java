package io.bookshelf.node.replication;

import io.bookshelf.replica.CoreSettings;
import java.util.Random;

/** What a seed is about. Most mistakes show only when several things come together, which chance alone hardly ever does. */
enum SimFlavour {
    /** Everything, by chance. */
    ANYTHING,
    /** Few keys, many deletes, tombstones that are soon forgotten, and units that are away for longer than that. */
    FORGETTING,
    /** Rows are damaged while all else is well. */
    DAMAGE,
    /** Disks that are full for moments, while much comes. */
    FULL_DISKS,
    /** Large values in one leaf of the tree, and units that have never met. */
    CROWDED;

    private static final CoreSettings USUAL = new CoreSettings(1_000, 5_000, 5_000, 20_000, 64 * 1024, 5_000);
    private static final CoreSettings HASTY = new CoreSettings(500, 3_000, 500, 10_000, 64 * 1024, 1_000);

    /** Every other seed is about one thing. */
    static SimFlavour of(long seed) {
        return seed % 2 == 0 ? ANYTHING : values()[1 + (int) (seed / 2 % (values().length - 1))];
    }

    CoreSettings settings() {
        return this == FORGETTING || this == DAMAGE ? HASTY : USUAL;
    }

    /** How long a tombstone is kept at least; an hour otherwise. */
    long tombstoneMillis() {
        return this == FORGETTING ? 1_000 : 10_000;
    }

    /** How often a store looks at all of its rows. */
    long checkMillis() {
        return this == DAMAGE ? 2_000 : 20_000;
    }

    int units(Random random) {
        if (this == ANYTHING) {
            return random.nextInt(12) == 0 ? 8 + random.nextInt(17) : 1 + random.nextInt(6);
        }
        return 2 + random.nextInt(3);
    }

    int keys(Random random) {
        return switch (this) {
            case ANYTHING -> 3 + random.nextInt(40);
            case FORGETTING -> 2 + random.nextInt(6);
            case DAMAGE, FULL_DISKS -> 5 + random.nextInt(20);
            case CROWDED -> SimKeys.CROWD;
        };
    }

    /** Of ten writes. */
    int deletes() {
        return switch (this) {
            case FORGETTING -> 5;
            case CROWDED -> 1;
            case ANYTHING, DAMAGE, FULL_DISKS -> 3;
        };
    }
}
