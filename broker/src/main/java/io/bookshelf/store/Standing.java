package io.bookshelf.store;

import java.sql.SQLException;
import java.util.random.RandomGenerator;

/**
 * Where the store stands, and as which author it writes: another one at each start, which is in the file from its first
 * commit on. The writer changes it; any thread reads {@link #ledger}.
 */
final class Standing {
    private final RandomGenerator random;
    private volatile Ledger ledger;
    // As it stands in the file; the one above is ahead of it by what the log says, and by an author who has written
    // nothing
    // yet.
    private Ledger saved;
    private boolean forgetsClock;

    Standing(Ledger inFile, RandomGenerator random) {
        this.random = random;
        saved = inFile;
        ledger = inFile.startedBy(Starts.newReplica(random));
    }

    Ledger ledger() {
        return ledger;
    }

    /** The same under the author that the file knows. */
    Ledger inFile() {
        return ledger.replica() == saved.replica() ? ledger : saved;
    }

    /** Another file has taken the place of the one before. */
    void replaced(Ledger inFile) {
        saved = inFile;
        ledger = inFile;
    }

    /** Something is lost. Who wrote it must not seem to have deleted it: what is written from now on is another author's. */
    void startAnew() {
        ledger = ledger.startedBy(Starts.newReplica(random));
        forgetsClock = true;
    }

    /** The ledger with a correction. */
    void settle(Ledger settled) {
        ledger = settled;
    }

    /** Writes the ledger, in the writer's transaction, where it says something that the log does not. */
    void save(Writer writer, DamageLog damage, Ledger after) throws SQLException {
        if (after.replica() != saved.replica()) {
            Starts.end(writer, damage, saved);
            if (forgetsClock) {
                writer.sessions.erase(Starts.CLOCK);
            }
        }
        if (writer.owesHead || !after.sameTable(saved)) {
            writer.save(after);
        }
    }

    /** The ledger is as it was written in a transaction that has been committed. */
    void moved(Ledger after) {
        forgetsClock &= after.replica() == saved.replica();
        saved = after;
        ledger = after;
    }
}
