package io.bookshelf.broker.mqtt;

import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Tier;
import io.bookshelf.broker.peer.Peer;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * By what kind of door a connection came in, which settles how it may prove who it is.
 *
 * @param peer who proved by certificate to be at the other end; nothing else counts then
 * @param tokens whether the token of a paired phone counts
 * @param local whether the rules for local clients apply to whoever has neither
 * @param listener the listener's setting
 */
public record Entrance(@Nullable Peer peer, boolean tokens, boolean local, String listener) {
    /** The plain listener. */
    public static final Entrance PLAIN = new Entrance(null, false, true, "mqtt");

    /** The web port. */
    public static final Entrance WEB = new Entrance(null, true, true, "web");

    /** On whose account memory is held for who came in by this listener and proved to be this user. */
    Owner owner(SocketAddress remote, String user) {
        Owner came = Owner.at(remote, listener);
        return came.provedBy(user, peer != null && peer.mayLink() ? Tier.LINK : came.tier());
    }

    /** The listener for those with a certificate. */
    public static Entrance certified(@Nullable Peer peer) {
        return new Entrance(peer, false, false, "listen");
    }

    /** The web port with TLS, with or without a certificate. */
    public static Entrance webTls(@Nullable Peer peer) {
        return new Entrance(peer, true, false, "web_tls");
    }
}
