package io.bookshelf.node.replication;

import io.bookshelf.link.Link;
import java.util.concurrent.atomic.AtomicLong;

/** What has come over a link and has not been looked at; the link is not read while that is too much. */
final class Inbox {
    private static final long FULL_BYTES = 2 * 1024 * 1024;

    private final Link link;
    private final AtomicLong waiting = new AtomicLong();
    private volatile boolean paused;
    /** The link's number; the replicator's thread. */
    long id;

    Inbox(Link link) {
        this.link = link;
    }

    void add(int bytes) {
        if (waiting.addAndGet(bytes) > FULL_BYTES && !paused) {
            paused = true;
            link.pause();
        }
    }

    void take(int bytes) {
        if (waiting.addAndGet(-bytes) < FULL_BYTES / 2 && paused) {
            paused = false;
            link.resume();
        }
    }
}
