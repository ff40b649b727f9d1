package io.bookshelf.bus;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Version;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came of a batch of submissions, in the order in which they were handed in.
 *
 * @param outcomes one a submission
 * @param sequence the store's sequence after it
 */
public record Commit(List<Outcome> outcomes, long sequence) {
    /** The refusal of a write that was to be made only if the key had no value. */
    public static final String KEY_EXISTS = "the key exists";

    /** Why a write was refused that was to take the place of another version than the key has. */
    public static final String WRITTEN_SINCE = "the key was written since";

    /** The refusal of a write whose id was given to another one before. */
    public static final String ID_OF_ANOTHER = "this write id was used for another key or value";

    /**
     * What came of one submission.
     *
     * @param entry the entry as it was applied, null if there was no write or it was refused
     * @param sequence the store's sequence after this submission
     * @param refusal why it was refused as a whole, as a sentence; null if it is durable
     * @param repeats the version that the write got when it was made first, null unless it is a repeat of one that was made
     * @param notice what its author should know though it was made, as a sentence; null for nothing
     */
    public record Outcome(
            Submission submission,
            @Nullable Entry entry,
            long sequence,
            @Nullable String refusal,
            @Nullable Version repeats,
            @Nullable String notice) {
        /** That of one which repeats nothing, and of which there is nothing more to say. */
        public Outcome(Submission submission, @Nullable Entry entry, long sequence, @Nullable String refusal) {
            this(submission, entry, sequence, refusal, null, null);
        }

        /** The version that the write has, null if none was made. */
        public @Nullable Version version() {
            return entry == null ? repeats : entry.version();
        }
    }
}
