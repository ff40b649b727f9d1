package io.bookshelf.replica;

import java.util.List;

/**
 * How it stands with a peer.
 *
 * @param state linked, catching up, reconciling, in sync or unreachable
 * @param sinceMillis when that began, wall clock
 * @param roundTripMillis of the last heartbeat, -1 while not known
 * @param behind how many of this unit's sequence numbers the peer has not acknowledged
 * @param lastInSyncMillis when both last had the same roots, wall clock, 0 for never
 * @param bytesSent over links to it since the start
 * @param bytesReceived the same, the other way
 * @param links the units that it is linked to, by its own word, in order; empty while there is no link to it
 * @param note what is odd about it, empty for nothing
 */
public record PeerStatus(
        State state,
        long sinceMillis,
        long roundTripMillis,
        long behind,
        long lastInSyncMillis,
        long bytesSent,
        long bytesReceived,
        List<String> links,
        String note) {
    public PeerStatus {
        links = List.copyOf(links);
    }

    /** A peer that has not been linked since the start. */
    public static final PeerStatus NEVER_MET = new PeerStatus(State.UNREACHABLE, 0, -1, -1, 0, 0, 0, List.of(), "");

    /** True if nothing has happened to it since {@code other}, whatever was counted. */
    public boolean sameButForNumbers(PeerStatus other) {
        return state == other.state
                && sinceMillis == other.sinceMillis
                && links.equals(other.links)
                && note.equals(other.note);
    }

    /** The states of a peer. */
    public enum State {
        UNREACHABLE,
        LINKED,
        CATCHING_UP,
        RECONCILING,
        IN_SYNC
    }
}
