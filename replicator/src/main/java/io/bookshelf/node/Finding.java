package io.bookshelf.node;

/**
 * One thing that {@link Doctor} has looked at.
 *
 * @param level whether something is to be done
 * @param about what was looked at, in a word or two
 * @param says how it is; where it is not sound, what the unit does about it by itself, or what a person has to do
 */
public record Finding(Level level, String about, String says) {
    /** How bad it is. */
    public enum Level {
        /** Sound: nothing is to be done. */
        OK,
        /** The unit runs, but somebody should look at it. */
        WARNING,
        /** The unit does not start, or has lost something. */
        BROKEN
    }
}
