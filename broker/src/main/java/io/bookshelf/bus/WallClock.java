package io.bookshelf.bus;

/** The time of day, and whether it can be believed. */
public interface WallClock {
    /** Milliseconds since the epoch; while not {@link #known()}, an estimate that only moves forward. */
    long millis();

    /** True if somebody vouches for the time; while false, nothing expires. */
    boolean known();

    /** The time that expiry goes by: 0 while the time is not known, so that nothing has expired yet. */
    default long expiryMillis() {
        return known() ? millis() : 0;
    }

    /** A clock that nobody sets: differences of it are durations. */
    default long nanos() {
        return System.nanoTime();
    }

    /** Who vouches for the time, such as {@code kernel}; empty for nobody. */
    String source();

    /** The machine's clock, taken to be right: for where somebody would notice that it is not. */
    static WallClock trusted() {
        return new WallClock() {
            @Override
            public long millis() {
                return System.currentTimeMillis();
            }

            @Override
            public boolean known() {
                return true;
            }

            @Override
            public String source() {
                return "system";
            }
        };
    }
}
