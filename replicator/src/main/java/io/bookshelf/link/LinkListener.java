package io.bookshelf.link;

/**
 * Is told what happens on links: of each link in order and one thing at a time, of several links at the same time. Called on
 * the threads of the transport: must return at once.
 */
public interface LinkListener {
    /** A connection is there and both certificates are judged; frames may be sent. */
    void opened(Link link);

    /** A frame has come. */
    void received(Link link, byte[] frame);

    /** The connection has ended; nothing more comes from it. */
    void closed(Link link, String reason);

    /** A unit that is to be linked could not be reached at any of its addresses; it will be tried again. */
    void notReached(String unit, String reason);
}
