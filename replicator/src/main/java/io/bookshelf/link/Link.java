package io.bookshelf.link;

import io.bookshelf.broker.peer.PeerIdentity;

/** A connection to a peer over which frames go in order, either way. Any thread. */
public interface Link {
    /** Who the certificate at the other end says it is. */
    PeerIdentity peer();

    /** True if this unit dialled, false if the peer did. */
    boolean dialled();

    /** The address at the other end, for people. */
    String address();

    /**
     * Sends a frame; never blocks. Whoever sends keeps to a window: a link on which megabytes wait for the peer to read is
     * closed. After the end of the connection it is dropped.
     *
     * @throws IllegalArgumentException if it is larger than a frame may be
     */
    void send(byte[] frame);

    /**
     * Takes no more frames for now. Where the peer dialled, its socket is not read, and {@link LinkListener#received} is still
     * called for what had been read already. Where this unit dialled, a bounded number of bytes is held, and a peer that
     * sends more than that, beyond any window, is cut off.
     */
    void pause();

    /** Takes frames again. */
    void resume();

    /** Ends the connection; {@link LinkListener#closed} follows. */
    void close(String reason);
}
