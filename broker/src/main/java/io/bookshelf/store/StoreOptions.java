package io.bookshelf.store;

import java.security.SecureRandom;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * How a {@link SqliteStateStore} is to work.
 *
 * @param durability what a commit waits for
 * @param reserveBytes size of the file that keeps room for deletes on a full disk; 0 for none
 * @param recentEntries entries that the log gathers before they are folded into the table
 * @param recentBytes about the bytes of memory that they may take before they are folded all the same
 * @param sliceEntries entries that a commit folds besides twice as many as it writes itself
 * @param mostSetAside how many damaged files are kept
 * @param checkEveryMillis time between two checks of all rows, in milliseconds; the first comes right after the start
 * @param indexes what follows the entries inside the transactions
 * @param random gives the replica ids
 * @param millis the time of day in milliseconds since the epoch, for names and for {@link StoreHealth#lastCheckMillis()}
 */
public record StoreOptions(
        Durability durability,
        long reserveBytes,
        int recentEntries,
        long recentBytes,
        int sliceEntries,
        int mostSetAside,
        long checkEveryMillis,
        List<EntryIndex> indexes,
        RandomGenerator random,
        LongSupplier millis) {

    public StoreOptions {
        indexes = List.copyOf(indexes);
    }

    /** Full durability, a reserve of 4 MiB, three files kept aside, a check every hour. */
    public static StoreOptions defaults() {
        return new StoreOptions(
                Durability.FULL,
                4L * 1024 * 1024,
                32_768,
                Math.clamp(Runtime.getRuntime().maxMemory() / 20, 1L << 20, 6L << 20),
                16,
                3,
                3_600_000,
                List.of(),
                new SecureRandom(),
                System::currentTimeMillis);
    }

    /** These with another durability. */
    public StoreOptions withDurability(Durability other) {
        return with(copy -> copy.durability = other);
    }

    /** These with a reserve of another size. */
    public StoreOptions withReserveBytes(long bytes) {
        return with(copy -> copy.reserveBytes = bytes);
    }

    /** These with other bounds of what the log gathers. */
    public StoreOptions withRecent(int entries, long bytes, int slice) {
        return with(copy -> {
            copy.recentEntries = entries;
            copy.recentBytes = bytes;
            copy.sliceEntries = slice;
        });
    }

    /** These with another time between checks. */
    public StoreOptions withCheckEveryMillis(long every) {
        return with(copy -> copy.checkEveryMillis = every);
    }

    /** These with these indexes. */
    public StoreOptions withIndexes(List<EntryIndex> others) {
        return with(copy -> copy.indexes = others);
    }

    /** These with another source of replica ids. */
    public StoreOptions withRandom(RandomGenerator other) {
        return with(copy -> copy.random = other);
    }

    /** These with another clock. */
    public StoreOptions withMillis(LongSupplier clock) {
        return with(copy -> copy.millis = clock);
    }

    private StoreOptions with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return copy.made();
    }

    private static final class Copy {
        Durability durability;
        long reserveBytes;
        int recentEntries;
        long recentBytes;
        int sliceEntries;
        final int mostSetAside;
        long checkEveryMillis;
        List<EntryIndex> indexes;
        RandomGenerator random;
        LongSupplier millis;

        Copy(StoreOptions of) {
            durability = of.durability;
            reserveBytes = of.reserveBytes;
            recentEntries = of.recentEntries;
            recentBytes = of.recentBytes;
            sliceEntries = of.sliceEntries;
            mostSetAside = of.mostSetAside;
            checkEveryMillis = of.checkEveryMillis;
            indexes = of.indexes;
            random = of.random;
            millis = of.millis;
        }

        StoreOptions made() {
            return new StoreOptions(
                    durability,
                    reserveBytes,
                    recentEntries,
                    recentBytes,
                    sliceEntries,
                    mostSetAside,
                    checkEveryMillis,
                    indexes,
                    random,
                    millis);
        }
    }
}
