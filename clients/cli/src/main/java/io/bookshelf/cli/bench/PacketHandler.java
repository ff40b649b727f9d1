package io.bookshelf.cli.bench;

/** Follows the PUBLISH and PUBACK packets of one connection, on the thread of its {@link Loop}. */
interface PacketHandler {
    /** A connection whose packets do not matter. */
    PacketHandler NONE = (link, packet, now) -> {};

    /** A packet; {@code now} is when the read that brought it returned, one figure for all that came with it. */
    void packet(Link link, PacketParser packet, long now);

    /** All packets of one read have been handed over; what is sent here leaves in one write. */
    default void readEnded(Link link) {}

    /** Nothing has come in for one tick of the loop ({@link Loop#tick}). */
    default void quiet(Link link) {}
}
