package io.bookshelf.schema;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a unit holds, as counters per replica: it has every write up to the counter, or something that superseded it. This is
 * the server-wide clock of Gonçalves, Almeida, Baquero and Fonte, "DottedDB" (2017). For the two scopes that travel; immutable.
 */
public final class DotClock {
    /** Covers nothing. */
    public static final DotClock EMPTY = new DotClock(new long[0], new long[0], new long[0]);

    private static final int ITEM_BYTES = 3 * Long.BYTES;

    // Ordered by replica as signed numbers, each once.
    private final long[] replicas;
    private final long[] network;
    private final long[] everywhere;

    private DotClock(long[] replicas, long[] network, long[] everywhere) {
        this.replicas = replicas;
        this.network = network;
        this.everywhere = everywhere;
    }

    /** How many replicas it knows of. */
    public int size() {
        return replicas.length;
    }

    /** The replica at a place from 0 on. */
    public long replica(int place) {
        return replicas[place];
    }

    /** The counter up to which {@code replica}'s writes in {@code scope} are covered, 0 for none. */
    public long counter(long replica, Scope scope) {
        int at = Arrays.binarySearch(replicas, replica);
        if (at < 0) {
            return 0;
        }
        return switch (scope) {
            case UNIT -> 0;
            case NETWORK -> network[at];
            case EVERYWHERE -> everywhere[at];
        };
    }

    /** True if the dot of {@code entry} is covered. */
    public boolean covers(Entry entry) {
        return counter(entry.version().replica(), entry.key().scope()) >= entry.counter();
    }

    /** True if every write that was seen is covered. */
    public boolean covers(Seen seen, Scope scope) {
        for (int i = 0; i < seen.size(); i++) {
            if (counter(seen.replica(i), scope) < seen.counter(seen.replica(i))) {
                return false;
            }
        }
        return true;
    }

    /** True if everything that {@code other} covers is covered. */
    public boolean covers(DotClock other) {
        for (int i = 0; i < other.replicas.length; i++) {
            int at = Arrays.binarySearch(replicas, other.replicas[i]);
            long heldNetwork = at < 0 ? 0 : network[at];
            long heldEverywhere = at < 0 ? 0 : everywhere[at];
            if (heldNetwork < other.network[i] || heldEverywhere < other.everywhere[i]) {
                return false;
            }
        }
        return true;
    }

    /** This, and {@code replica}'s writes up to these counters. */
    public DotClock with(long replica, long networkCounter, long everywhereCounter) {
        if (counter(replica, Scope.NETWORK) >= networkCounter
                && counter(replica, Scope.EVERYWHERE) >= everywhereCounter) {
            return this;
        }
        return merge(new DotClock(new long[] {replica}, new long[] {networkCounter}, new long[] {everywhereCounter}));
    }

    /** What either covers. */
    public DotClock merge(DotClock other) {
        if (covers(other)) {
            return this;
        }
        long[] ids = new long[replicas.length + other.replicas.length];
        long[] nets = new long[ids.length];
        long[] alls = new long[ids.length];
        int size = 0;
        int a = 0;
        int b = 0;
        while (a < replicas.length || b < other.replicas.length) {
            boolean fromThis = b == other.replicas.length || a < replicas.length && replicas[a] <= other.replicas[b];
            boolean fromOther = a == replicas.length || b < other.replicas.length && other.replicas[b] <= replicas[a];
            ids[size] = fromThis ? replicas[a] : other.replicas[b];
            nets[size] = Math.max(fromThis ? network[a] : 0, fromOther ? other.network[b] : 0);
            alls[size] = Math.max(fromThis ? everywhere[a] : 0, fromOther ? other.everywhere[b] : 0);
            size++;
            a += fromThis ? 1 : 0;
            b += fromOther ? 1 : 0;
        }
        return new DotClock(Arrays.copyOf(ids, size), Arrays.copyOf(nets, size), Arrays.copyOf(alls, size));
    }

    /** Only what it says of the scope that goes everywhere: what a cloud may know. */
    public DotClock withoutNetwork() {
        return new DotClock(replicas, new long[network.length], everywhere);
    }

    /** Only what it says of the replicas that pass. */
    public DotClock only(LongPredicate passes) {
        DotClock some = EMPTY;
        for (int i = 0; i < replicas.length; i++) {
            if (passes.test(replicas[i])) {
                some = some.merge(
                        new DotClock(new long[] {replicas[i]}, new long[] {network[i]}, new long[] {everywhere[i]}));
            }
        }
        return some.size() == size() ? this : some;
    }

    /** What it says of all others. */
    public DotClock without(long replica) {
        return Arrays.binarySearch(replicas, replica) < 0 ? this : only(other -> other != replica);
    }

    /** A number that is the same for equal clocks and hardly ever for others. */
    public long hash() {
        long hash = 0x9E37_79B9_7F4A_7C15L;
        for (int i = 0; i < replicas.length; i++) {
            hash = mix(hash ^ replicas[i]);
            hash = mix(hash ^ network[i]);
            hash = mix(hash ^ everywhere[i]);
        }
        return hash;
    }

    // The finalizer of MurmurHash3 (Appleby).
    private static long mix(long value) {
        long h = value;
        h = (h ^ h >>> 33) * 0xFF51_AFD7_ED55_8CCDL;
        h = (h ^ h >>> 33) * 0xC4CE_B9FE_1A85_EC53L;
        return h ^ h >>> 33;
    }

    /** 24 bytes a replica: its id, then the counters for {@link Scope#NETWORK} and {@link Scope#EVERYWHERE}, big-endian. */
    public byte[] toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(replicas.length * ITEM_BYTES);
        for (int i = 0; i < replicas.length; i++) {
            bytes.putLong(replicas[i]).putLong(network[i]).putLong(everywhere[i]);
        }
        return bytes.array();
    }

    /**
     * Reads what {@link #toBytes()} writes, in any order.
     *
     * @throws IllegalArgumentException if the length is not a multiple of 24
     */
    public static DotClock fromBytes(byte[] bytes) {
        if (bytes.length % ITEM_BYTES != 0) {
            throw new IllegalArgumentException("a clock of " + bytes.length + " bytes");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        long[] ids = new long[bytes.length / ITEM_BYTES];
        long[] nets = new long[ids.length];
        long[] alls = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = in.getLong();
            nets[i] = in.getLong();
            alls[i] = in.getLong();
        }
        return of(ids, nets, alls);
    }

    /** A clock of what three lists of the same length say, in any order. */
    public static DotClock of(long[] ids, long[] networkCounters, long[] everywhereCounters) {
        boolean ordered = true;
        for (int i = 1; i < ids.length; i++) {
            ordered &= ids[i - 1] < ids[i];
        }
        if (ordered) {
            return new DotClock(ids.clone(), networkCounters.clone(), everywhereCounters.clone());
        }
        DotClock clock = EMPTY;
        for (int i = 0; i < ids.length; i++) {
            clock = clock.merge(new DotClock(
                    new long[] {ids[i]}, new long[] {networkCounters[i]}, new long[] {everywhereCounters[i]}));
        }
        return clock;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof DotClock that
                && Arrays.equals(replicas, that.replicas)
                && Arrays.equals(network, that.network)
                && Arrays.equals(everywhere, that.everywhere);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash());
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < replicas.length; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(Long.toHexString(replicas[i]))
                    .append(": ")
                    .append(network[i])
                    .append('/')
                    .append(everywhere[i]);
        }
        return text.append('}').toString();
    }
}
