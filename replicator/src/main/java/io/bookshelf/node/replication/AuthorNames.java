package io.bookshelf.node.replication;

import io.bookshelf.replica.Incarnations;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/**
 * Unit names behind replica ids. The upper 24 bits of a replica id are those of the SHA-256 of its unit's id, the rest is
 * random: so whoever knows the units of the network can name the author of an entry, whichever start of it that was.
 */
public final class AuthorNames {
    private final Map<Long, String> names = new ConcurrentHashMap<>();

    /** Replica ids of a unit: random in their lower 40 bits. */
    public static RandomGenerator replicaIds(String unit, RandomGenerator random) {
        return Incarnations.ids(unit, random);
    }

    /** There is a unit of this id. Any thread. */
    public void know(String unit) {
        names.put(Incarnations.tag(unit), unit);
    }

    /** The unit that a replica id is of; the id in hexadecimal if nobody here has heard of that unit. Any thread. */
    public String of(long replica) {
        String name = names.get(Incarnations.tag(replica));
        return name == null ? HexFormat.of().toHexDigits(replica) : name;
    }
}
