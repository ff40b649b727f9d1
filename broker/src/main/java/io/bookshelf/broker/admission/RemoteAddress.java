package io.bookshelf.broker.admission;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Where a connection comes from, as quotas tell it: an address without its port. */
public final class RemoteAddress {
    /** This machine: quotas of an address are not for it, since it does not tell one client from another. */
    public static final String LOOPBACK = "";

    private static final int PREFIX_GROUPS = 4;

    private RemoteAddress() {}

    /**
     * The address of a socket's other side: {@link #LOOPBACK}, an IPv4 address, or the 64 bits of an IPv6 address that stand
     * for a network, of which one host may have any number of addresses.
     */
    public static String of(@Nullable SocketAddress socket) {
        if (!(socket instanceof InetSocketAddress inet) || inet.getAddress() == null) {
            return LOOPBACK;
        }
        InetAddress address = inet.getAddress();
        if (address.isLoopbackAddress()) {
            return LOOPBACK;
        }
        return address instanceof Inet6Address six ? prefix(six.getAddress()) : address.getHostAddress();
    }

    private static String prefix(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < PREFIX_GROUPS; i++) {
            text.append(Integer.toHexString((bytes[2 * i] & 0xFF) << 8 | bytes[2 * i + 1] & 0xFF))
                    .append(':');
        }
        return text.append(":/64").toString();
    }
}
