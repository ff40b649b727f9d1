package io.bookshelf.node.replication;

import io.bookshelf.schema.Key;
import java.util.Random;

/** Which keys there are: few enough that units write the same ones. */
record SimKeys(SimFlavour flavour, int count) {
    /** Names that share a leaf of the tree. */
    private static final int[] IN_ONE_LEAF = {
        0, 32661, 40947, 94766, 101499, 133006, 181470, 192454, 229578, 291514, 346781, 378457
    };

    static final int CROWD = IN_ONE_LEAF.length;

    Key any(Random random) {
        int number = random.nextInt(count);
        String prefix =
                switch (random.nextInt(6)) {
                    case 0 -> "private/";
                    case 1 -> "local/";
                    default -> "k/";
                };
        return Key.of(prefix + (flavour == SimFlavour.CROWDED ? IN_ONE_LEAF[number] : number));
    }

    /** One that every unit gets. */
    Key number(int number) {
        return Key.of("k/" + (flavour == SimFlavour.CROWDED ? IN_ONE_LEAF[number] : number));
    }
}
