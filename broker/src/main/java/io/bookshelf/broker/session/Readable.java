package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy;
import io.bookshelf.schema.Entry;

/** Whether a message may be shown to whoever is at the other end. */
final class Readable {
    private Readable() {}

    static boolean by(AccessPolicy access, ClientLink link, Message message) {
        if (access.allowsEverything() || message.topic().startsWith(SnapshotTask.MARKER_PREFIX)) {
            return true;
        }
        if (!access.mayRead(link.principal(), message.topic())) {
            return false;
        }
        // Whoever deleted it: that a value is gone hides nothing and plants nothing.
        Entry entry = message.entry();
        return entry == null
                || entry.deleted()
                || access.mayHaveWritten(message.properties().writer(), message.topic());
    }
}
