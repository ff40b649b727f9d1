package io.bookshelf.link;

/** Is told what happens on links. Called on the threads of the transport: must return at once. */
public interface LinkListener {
    /** A connection is there and both certificates are judged; frames may be sent. */
    void opened(Link link);

    /** A frame has come. */
    void received(Link link, byte[] frame);

    /** The connection has ended; nothing more comes from it. */
    void closed(Link link, String reason);
}
