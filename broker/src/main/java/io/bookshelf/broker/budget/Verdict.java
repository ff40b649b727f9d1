package io.bookshelf.broker.budget;

/** What the budget says to somebody who wants memory. */
public enum Verdict {
    /** It is held. */
    GRANTED,
    /** Over the quota of this holder, principal or address: MQTT's reason 0x97. */
    QUOTA_EXCEEDED,
    /** Over what the listener, this kind or the whole budget has room for: MQTT's reason 0x89, try again later. */
    BUSY;

    /** True if it is held. */
    public boolean granted() {
        return this == GRANTED;
    }
}
