package io.bookshelf.client.wire;

/** Told what happens on a connection, on the connection's own thread, in order. */
public interface WireListener {
    /** A message has come. While this does not return, nothing more is read. */
    void received(Wire wire, WireMessage message);

    /**
     * The connection has ended, by whoever's doing. Said once.
     *
     * @param why a sentence; the code is the reason code of the other side's DISCONNECT, 0 for none
     */
    void ended(Wire wire, WireException why);
}
