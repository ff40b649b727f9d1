package io.bookshelf.broker.session;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.budget.Owner;

/** The connection of a session, as the session sees it. Loop thread only. */
public interface ClientLink {
    /** Who is at the other end. */
    Principal principal();

    /** On whose account memory is held for it. */
    default Owner owner() {
        return Owner.UNIT;
    }

    /** False while the socket has as much to write as it should; {@link Session#roomAgain()} is called when that changes. */
    boolean hasRoom();

    /** Most QoS 1 and 2 packets that the client takes at a time. */
    int receiveMaximum();

    /**
     * Writes a PUBLISH; it leaves with the next flush.
     *
     * @param packetId 0 for QoS 0
     * @return false if it is larger than the client's maximum packet size and was not written
     */
    boolean publish(Delivery delivery, int packetId, boolean again);

    /** Writes a PUBREL. */
    void pubrel(int packetId);

    /** Closes the connection: another one has taken the session over, or the unit cannot go on with it. */
    void close(CloseReason reason);

    /** Why a session closes its connection. */
    enum CloseReason {
        TAKEN_OVER,
        NO_ROOM,
        NO_MEMORY,
        STORE_FAILED,
        PUT_OUT
    }
}
