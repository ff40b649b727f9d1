package io.bookshelf.replica;

/**
 * Numbers that a core goes by. Times in milliseconds, sizes in bytes.
 *
 * @param heartbeatMillis between two heartbeats
 * @param silenceMillis after which a silent link is dead
 * @param statementMillis at least between two statements
 * @param reconcileMillis after which a difference of the roots is looked into even on a busy link
 * @param windowBytes most that may be under way on a link unacknowledged
 * @param keepClockMillis at most between a change of the clock and its being kept
 */
public record CoreSettings(
        long heartbeatMillis,
        long silenceMillis,
        long statementMillis,
        long reconcileMillis,
        int windowBytes,
        long keepClockMillis) {
    /** What units use. */
    public static final CoreSettings DEFAULTS = new CoreSettings(1_000, 5_000, 10_000, 60_000, 512 * 1024, 30_000);
}
