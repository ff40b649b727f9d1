package io.bookshelf.pki;

import io.bookshelf.broker.peer.PeerIdentity;
import java.math.BigInteger;
import java.time.Instant;

/**
 * A certificate that an authority has issued.
 *
 * @param authority the authority's id
 * @param revoked whether its newest list has it
 */
public record Issued(
        String authority, BigInteger serial, PeerIdentity who, Instant from, Instant until, boolean revoked) {}
