package io.bookshelf.broker.budget;

import java.util.Locale;

/** What memory is held for. The kinds share the budget: each is bounded, and their bounds add up to more than all of it. */
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
    /** Pages of values that were read and are not sent: snapshots and changes for subscribers that fell behind. */
    DELIVERY(35);

    private final int percent;

    Kind(int percent) {
        this.percent = percent;
    }

    /** Its name in metrics and in the log. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The most of a budget of {@code bytes} that may be held for this. */
    long shareOf(long bytes) {
        return bytes * percent / 100;
    }
}
