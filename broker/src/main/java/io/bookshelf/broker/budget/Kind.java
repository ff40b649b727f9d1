package io.bookshelf.broker.budget;

import java.util.Locale;

/**
 * What memory is held for. The kinds share the budget: each is bounded, and their bounds add up to more than all of it;
 * {@link #DELIVERY} alone has a share of its own.
 */
public enum Kind {
    /** An open connection: its channel and its handlers. */
    CONNECTION(45),
    /** A TLS handshake under way. */
    HANDSHAKE(25),
    /** Bytes that came in and are not yet a whole packet, frame or request; packets that wait for their turn. */
    INPUT(30),
    /** Topic aliases that a client has set. */
    ALIAS(10),
    /** A password check that waits or runs. */
    PASSWORD_CHECK(5),
    /** A session, durable or not. */
    SESSION(30),
    /** A subscription, by the levels of its filter. */
    SUBSCRIPTION(30),
    /** A will, with its payload. */
    WILL(20),
    /** Events that wait for sessions; payloads that are only in memory are counted once for all who share them. */
    EVENT(30),
    /**
     * Pages of values that were read and are not sent: snapshots and changes for subscribers that fell behind. Its share is
     * its own, so that whoever reads goes on however much is held for other things.
     */
    DELIVERY(25);

    private final int percent;

    Kind(int percent) {
        this.percent = percent;
    }

    /** Its name in metrics and in the log. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** True for what has a share that nothing else may use: no other bound applies. */
    boolean apart() {
        return this == DELIVERY;
    }

    /** The most of a budget of {@code bytes} that may be held for this. */
    long shareOf(long bytes) {
        return bytes * percent / 100;
    }
}
