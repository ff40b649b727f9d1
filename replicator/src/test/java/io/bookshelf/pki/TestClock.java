package io.bookshelf.pki;

import io.bookshelf.bus.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that a test sets. */
final class TestClock implements WallClock, InstantSource {
    private volatile Instant now;
    private volatile boolean known = true;

    TestClock(Instant now) {
        this.now = now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    void unknown() {
        known = false;
    }

    @Override
    public long millis() {
        return now.toEpochMilli();
    }

    @Override
    public boolean known() {
        return known;
    }

    @Override
    public String source() {
        return "test";
    }

    @Override
    public Instant instant() {
        return now;
    }
}
