package io.bookshelf.link;

import io.bookshelf.broker.peer.PeerIdentity;

/** A connection to a peer over which frames go in order, either way. Any thread. */
public interface Link {
    /** Who the certificate at the other end says it is. */
    PeerIdentity peer();

    /** True if this unit dialled, false if the peer did. */
    boolean dialled();

    /** Sends a frame; never blocks. Whoever sends keeps to a window. After the end of the connection it is dropped. */
    void send(byte[] frame);

    /** Ends the connection; {@link LinkListener#closed} follows. */
    void close(String reason);
}
