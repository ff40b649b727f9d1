package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

/** How long a client's session lives: as long without a connection as was asked, and no shorter. */
final class SimLifetime {
    private static final long NEVER = Long.MAX_VALUE;

    private final SimClock clock;
    private final String id;

    /** The client was told that there is a session. */
    private boolean sure;

    private boolean connected;

    /** A CONNECT has not been answered: the disk may have what was before it, or what it asks for. */
    private boolean asking;

    private long expirySeconds;

    /** It ends between these, by the clock that nobody sets. */
    private long earliest = NEVER;

    private long latest = NEVER;
    private long mark;

    SimLifetime(SimClock clock, String id) {
        this.clock = clock;
        this.id = id;
    }

    /** What a CONNECT of now has to find, as far as that is certain. */
    record Expected(boolean certain, boolean present) {}

    Expected expected(boolean clean, long lastTick) {
        if (clean || latest <= lastTick) {
            return new Expected(true, false);
        }
        return new Expected(lasts(), true);
    }

    boolean lasts() {
        return sure && clock.elapsed() < earliest;
    }

    void check(Expected expected, boolean present) {
        if (expected.certain()) {
            assertThat(present).as("%s: session present", id).isEqualTo(expected.present());
        }
    }

    void connecting(Expected expected) {
        asking = true;
        sure &= expected.certain() && expected.present();
        latest = NEVER;
        earliest = sure ? NEVER : 0;
    }

    void connected() {
        asking = false;
        sure = true;
        connected = true;
        earliest = NEVER;
        latest = NEVER;
    }

    void broke(long seconds, long busMark) {
        asking = false;
        connected = false;
        expirySeconds = seconds;
        earliest = clock.elapsed() + seconds * 1_000;
        latest = earliest;
        mark = busMark;
    }

    /** Nobody can say: a CONNECT was refused half-way. */
    void unsure() {
        sure = false;
        connected = false;
        earliest = 0;
        latest = NEVER;
    }

    /** After a crash it is as the disk has it. */
    void restarted(long askedSeconds, boolean exact, SimBus bus) {
        if (asking) {
            unsure();
            asking = false;
        } else if (connected) {
            broke(askedSeconds, NEVER);
        } else if (latest != NEVER && !(exact && bus.durable(mark))) {
            earliest = exact ? earliest : 0;
            latest = exact ? clock.elapsed() + expirySeconds * 1_000 : NEVER;
        }
    }
}
