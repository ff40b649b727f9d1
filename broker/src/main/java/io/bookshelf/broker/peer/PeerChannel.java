package io.bookshelf.broker.peer;

/** The connection of a peer that links to this unit, as seen from this unit. Any thread. */
public interface PeerChannel {
    /** Who its certificate says it is. */
    Peer peer();

    /** Where it comes from, for the log. */
    String address();

    /**
     * Sends a frame, behind those before it. Never blocks and drops nothing while the connection is open: whoever sends keeps
     * to a window. A connection on which too much waits for the peer to read is closed.
     *
     * @throws IllegalArgumentException if it is larger than a frame may be
     */
    void send(byte[] frame);

    /** Stops reading from the peer: it is then held up by its socket. */
    void pause();

    /** Goes on reading. */
    void resume();

    /** Ends the connection; {@link PeerDoor.Receiver#closed} follows. */
    void close(String reason);
}
