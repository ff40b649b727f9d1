package io.bookshelf.bus;

/** A clock that shows what a test sets. */
public final class SetClock implements WallClock {
    public long millis = 1_800_000_000_000L;
    public boolean known = true;

    @Override
    public long millis() {
        return millis;
    }

    @Override
    public boolean known() {
        return known;
    }

    @Override
    public String source() {
        return known ? "the test" : "";
    }
}
