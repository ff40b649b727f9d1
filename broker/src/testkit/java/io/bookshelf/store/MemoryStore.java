package io.bookshelf.store;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StateStore} that keeps its rows on a {@link MemoryDisk}: for simulations, which open a disk, let the process die
 * and open it again. For one thread.
 */
public final class MemoryStore implements StateStore {
    private final MemoryDisk disk;
    private final RandomGenerator random;
    private final List<EntryIndex> indexes;
    private final int mostPassedOver;
    // What was read and found damaged; the last is the number that the author below has taken account of.
    private final Set<Key> foundDamaged = new HashSet<>();
    private long damagedRows;
    private long damageNoticed;
    private long replica;
    private boolean forgetsClock;
    private Head head;
    private boolean open = true;
    private @Nullable MemoryTransaction current;

    /**
     * Opens what a disk has.
     *
     * @param random gives the replica ids
     * @param indexes what follows the entries
     */
    public MemoryStore(MemoryDisk disk, RandomGenerator random, List<EntryIndex> indexes) {
        this(disk, random, indexes, StoreReader.MOST_PASSED_OVER);
    }

    /**
     * Opens what a disk has.
     *
     * @param random gives the replica ids
     * @param indexes what follows the entries
     * @param mostPassedOver rows that a page of a reader may pass over, for simulations whose rows are few
     */
    public MemoryStore(MemoryDisk disk, RandomGenerator random, List<EntryIndex> indexes, int mostPassedOver) {
        this.mostPassedOver = mostPassedOver;
        this.disk = disk;
        this.random = random;
        this.indexes = List.copyOf(indexes);
        this.replica = Starts.newReplica(random);
        this.head = disk.head().withoutCounters();
        this.indexes.forEach(index -> index.opened(Starts.rows(disk.replica(), disk.head())));
    }

    @Override
    public long replica() {
        return replica;
    }

    @Override
    public Head head() {
        return head;
    }

    @Override
    public WriteTransaction begin() {
        if (disk.isFull()) {
            throw new StoreException(
                    StoreException.Reason.DISK_FULL, "the disk is full: free some room, or delete keys", null);
        }
        return beginShrinking();
    }

    @Override
    public WriteTransaction beginShrinking() {
        requireOpen();
        if (current != null) {
            throw new IllegalStateException("a transaction is open");
        }
        if (hasUnnoticedDamage()) {
            damageNoticed = damagedRows;
            replica = Starts.newReplica(random);
            head = head.withoutCounters();
            forgetsClock = true;
            indexes.forEach(EntryIndex::reset);
        }
        MemoryTransaction transaction = new MemoryTransaction(this, disk, indexes);
        current = transaction;
        return transaction;
    }

    boolean hasUnnoticedDamage() {
        return damagedRows > damageNoticed;
    }

    /** True if the row {@code clock} is to be deleted when the present author writes first. */
    boolean forgetsClock() {
        return forgetsClock;
    }

    void committed(Head after) {
        head = after;
        forgetsClock = false;
    }

    void ended(MemoryTransaction transaction) {
        if (current == transaction) {
            current = null;
        }
    }

    /** The entry unless its row is damaged, which is then known. */
    @Nullable
    Entry whole(@Nullable Entry entry) {
        if (entry == null || !disk.isDamaged(entry.key())) {
            return entry;
        }
        if (foundDamaged.add(entry.key())) {
            damagedRows++;
        }
        return null;
    }

    void written(Key key) {
        foundDamaged.remove(key);
    }

    @Override
    public StoreReader openReader() {
        requireOpen();
        return new MemoryReader(this, disk);
    }

    @Override
    public StoreHealth health() {
        return new StoreHealth(
                !disk.isFull(), disk.isFull() ? "the disk is full" : "", damagedRows, 0, List.of(), 0, 0, 0);
    }

    @Override
    public boolean maintain() {
        return false;
    }

    int mostPassedOver() {
        return mostPassedOver;
    }

    void requireOpen() {
        if (!open) {
            throw new IllegalStateException("the store is closed");
        }
    }

    /** Ends it, as the death of its process does: what was not committed is lost, what was is on the disk. */
    @Override
    public void close() {
        open = false;
    }
}
