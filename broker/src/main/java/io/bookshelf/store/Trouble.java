package io.bookshelf.store;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands between a store and its next transaction: a full disk, an error that may be damage, a file to be replaced. */
final class Trouble {
    private static final Logger LOG = LoggerFactory.getLogger(Trouble.class);

    // Errors in a row that look like damage on a file that is whole, after which this program must be what is wrong.
    private static final int MOST_FALSE_ALARMS = 3;

    private final StoreFolder folder;
    private final Reserve reserve;
    private volatile boolean full;
    private volatile String problem = "";
    // An error that damage makes, but not only damage.
    private volatile boolean suspectFile;
    private volatile boolean replaceFile;
    // Of the writer's thread.
    private int falseAlarms;

    Trouble(StoreFolder folder, Reserve reserve) {
        this.folder = folder;
        this.reserve = reserve;
    }

    /** Draws the consequences of an error of SQLite's, and says what to throw. Any thread. */
    StoreException failed(SQLException e) {
        StoreException.Reason reason = SqlErrors.reason(e);
        if (reason == StoreException.Reason.IO && !reserve.roomToWrite()) {
            reason = StoreException.Reason.DISK_FULL;
        }
        String sentence =
                switch (reason) {
                    case DISK_FULL -> {
                        full = true;
                        yield folder.fullSentence();
                    }
                    case DAMAGED -> {
                        suspectFile = true;
                        yield "the store file seems to be damaged (" + e.getMessage() + ")";
                    }
                    case IO, IN_USE -> {
                        problem = "the disk refuses (" + e.getMessage() + "): check it and its permissions";
                        yield problem;
                    }
                };
        return new StoreException(reason, sentence, e);
    }

    /**
     * Looks at a file that is suspected to be damaged: only one in which damage is found may be replaced, as the error may have been
     * this program's own. On the writer's thread.
     *
     * @return true if it was a false alarm: the writer's connection is to be opened anew, which ends whatever hangs there
     * @throws StoreFailure if alarms are false time and again
     */
    boolean isFalseAlarm() {
        if (!suspectFile) {
            return false;
        }
        suspectFile = false;
        if (replaceFile || StoreExamination.findsDamage(folder.file())) {
            replaceFile = true;
            return false;
        }
        falseAlarms++;
        LOG.error("the error before looked like damage, but the store file is whole and stays");
        if (falseAlarms >= MOST_FALSE_ALARMS) {
            throw new StoreFailure("the store file is whole, and yet it cannot be written", null);
        }
        return true;
    }

    /** The file cannot be trusted any more, which is certain. */
    void replaceFile() {
        replaceFile = true;
    }

    boolean wantsReplacement() {
        return replaceFile;
    }

    /** True if the file may have to be replaced before anything else is done with it. */
    boolean isInDoubt() {
        return replaceFile || suspectFile;
    }

    void replaced() {
        replaceFile = false;
        problem = "";
    }

    boolean isFull() {
        return full;
    }

    void setFull(boolean isFull) {
        full = isFull;
    }

    /** There is room again. */
    void roomAgain() {
        full = false;
        problem = "";
    }

    /** A transaction was committed. */
    void committed() {
        falseAlarms = 0;
        if (!full) {
            problem = "";
        }
    }

    boolean writable() {
        return problem.isEmpty() && !full;
    }

    /** Why writes are refused, empty if they are not. */
    String problem() {
        return full && problem.isEmpty() ? folder.fullSentence() : problem;
    }
}
