package io.bookshelf.node.replication;

import io.bookshelf.link.Link;
import io.bookshelf.schema.wire.Frame;
import io.bookshelf.schema.wire.Parts;

/**
 * What has come over a link and is not done with, on the bus included: the link is not read while that is too much. A peer that
 * keeps to its windows never gets that far. Any thread.
 */
final class Inbox {
    private static final long FULL_BYTES = 2 * 1024 * 1024;

    private final Link link;
    private final Parts parts;
    private long waiting;
    private boolean paused;
    /** The link's number; the replicator's thread. */
    long id;

    Inbox(Link link, int largestFrame) {
        this.link = link;
        this.parts = new Parts(largestFrame);
    }

    /** Reads what has come, as {@link Parts#read}; the replicator's thread. */
    Frame read(byte[] message) {
        return parts.read(message);
    }

    synchronized void add(int bytes) {
        waiting += bytes;
        if (waiting > FULL_BYTES && !paused) {
            paused = true;
            link.pause();
        }
    }

    synchronized void take(int bytes) {
        waiting -= bytes;
        if (waiting < FULL_BYTES / 2 && paused) {
            paused = false;
            link.resume();
        }
    }
}
