package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;

/** What the rules say of somebody's certificates. */
sealed interface Verdict {
    /**
     * Let in.
     *
     * @param warning what is not as it should be, the rest of a sentence about the certificate; empty for nothing
     */
    record Welcome(PeerIdentity who, String warning) implements Verdict {}

    /**
     * Not let in.
     *
     * @param reason a sentence
     */
    record Refused(String reason) implements Verdict {}
}
