package io.bookshelf.broker.peer;

/** Takes the links that peers make to this unit. Called on the broker's loop: must return at once. */
public interface PeerDoor {
    /** The topic that link frames travel on, either way: PUBLISH packets of QoS 0 that no session ever sees. */
    String TOPIC = "$bookshelf/link";

    /** What a frame may have besides the largest value, in bytes. */
    int FRAME_OVERHEAD = 64 * 1024;

    /** By what peers are judged. */
    PeerTrust trust();

    /** A peer that may link has sent its first frame; {@link Receiver#received} follows with it. */
    Receiver open(PeerChannel channel);

    /** Where the frames of one connection go, in their order. */
    interface Receiver {
        /** A frame has come. It may still be called for what had been read when {@link PeerChannel#pause} was called. */
        void received(byte[] frame);

        /** The connection has ended; nothing more comes. */
        void closed(String reason);
    }
}
