package io.bookshelf.store;

import java.util.List;

/**
 * How the store is.
 *
 * @param writable false while the disk is full or refuses writes
 * @param problem what keeps it from writing, as a sentence; empty when writable
 * @param damagedRows rows whose checksum failed since the file was made
 * @param missingRows rows that the file should hold and does not, as the last check found
 * @param filesSetAside names of the files that were set aside, newest last
 * @param salvagedRows rows taken over from files that were set aside, since the start
 * @param lastCheckMillis when the last full check of all rows ended, milliseconds since the epoch; 0 for not yet
 * @param fileBytes size of the store file and its log
 */
public record StoreHealth(
        boolean writable,
        String problem,
        long damagedRows,
        long missingRows,
        List<String> filesSetAside,
        long salvagedRows,
        long lastCheckMillis,
        long fileBytes) {

    /** The same, but that whoever wrote to the store has ended by an internal error. */
    public StoreHealth withoutWriter() {
        return new StoreHealth(
                false,
                "the writer ended by an internal error: the unit stops, and has to be started again",
                damagedRows,
                missingRows,
                filesSetAside,
                salvagedRows,
                lastCheckMillis,
                fileBytes);
    }
}
