package io.bookshelf.broker.budget;

import java.net.SocketAddress;

/**
 * On whose account memory is held.
 *
 * @param principal the proved user or certificate, empty for nobody in particular: then no quota of a principal applies
 * @param address the remote address without its port, empty for loopback and for the unit itself, which tell nobody apart
 * @param listener the listener that they came in by, such as {@code mqtt}
 */
public record Owner(String principal, String address, String listener, Tier tier) {
    /** The unit itself: what is shared by many, and sessions of which the file does not say whose they are. */
    public static final Owner UNIT = new Owner("", "", "", Tier.LOCAL);

    /** Whoever connects from an address and has proved nothing yet. */
    public static Owner at(SocketAddress remote, String listener) {
        String address = RemoteAddress.of(remote);
        boolean here = address.equals(RemoteAddress.LOOPBACK);
        return new Owner("", address, listener, here ? Tier.LOCAL : Tier.STRANGER);
    }

    /** The same for what outlives a connection, and is no listener's. */
    public Owner anywhere() {
        return new Owner(principal, address, "", tier);
    }

    /** The same connection, once it has proved who it is. */
    public Owner provedBy(String who, Tier as) {
        return new Owner(who, address, listener, as);
    }
}
