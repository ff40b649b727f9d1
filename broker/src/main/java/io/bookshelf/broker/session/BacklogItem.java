package io.bookshelf.broker.session;

/** What waits, in order, for a session's connection. */
sealed interface BacklogItem permits Delivery, BacklogItem.SnapshotDone {
    /** Behind the last value of a subscription's snapshot. */
    record SnapshotDone(SnapshotTask task) implements BacklogItem {}
}
