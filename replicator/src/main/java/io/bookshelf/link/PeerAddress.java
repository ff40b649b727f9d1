package io.bookshelf.link;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a peer listens, as people write it: {@code hall.home:8883}, {@code 192.168.1.2:8883}, {@code [fe80::1%br0]:8883}.
 *
 * @param host a name, or an address in numbers, of IPv6 with its zone if it has one
 * @param stated whether only what travels between units says so: then it may be no address of this machine, and none of many
 */
public record PeerAddress(String host, int port, boolean stated) {
    /** One that this unit's own settings name. */
    public PeerAddress(String host, int port) {
        this(host, port, false);
    }

    /** Most addresses of a name that somebody stated that are tried. */
    private static final int MOST_OF_A_NAME = 4;

    /** The same, as somebody else states it. */
    public PeerAddress asStated() {
        return new PeerAddress(host, port, true);
    }

    private static final Pattern SHAPE = Pattern.compile(
            "(?:\\[(?<v6>[0-9A-Fa-f:.]{2,45}(?:%[^\\]\\s/]{1,32})?)\\]|(?<host>[A-Za-z0-9._-]{1,253})):(?<port>\\d{1,5})");
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+|.*:.*");

    /**
     * Reads an address; no name is resolved.
     *
     * @throws IllegalArgumentException if it is none; the message is the end of a sentence
     */
    public static PeerAddress parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        int port = matcher.matches() ? Integer.parseInt(matcher.group("port")) : 0;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException(
                    "must be HOST:PORT, such as \"hall.home:8883\" or \"[fe80::1%br0]:8883\", not \"" + text + "\"");
        }
        String v6 = matcher.group("v6");
        return new PeerAddress(v6 == null ? matcher.group("host") : v6, port);
    }

    /** True if no name has to be looked up. */
    boolean inNumbers() {
        return NUMBERS.matcher(host).matches();
    }

    /**
     * All that it stands for at this moment. May take as long as a name server does.
     *
     * @throws UnknownHostException if it stands for nothing: no such name, or no interface of the zone's name
     */
    public List<InetSocketAddress> resolve() throws UnknownHostException {
        List<InetSocketAddress> addresses = new ArrayList<>();
        for (InetAddress each : InetAddress.getAllByName(host)) {
            if (!stated || isOfOneOther(each)) {
                addresses.add(new InetSocketAddress(each, port));
            }
        }
        if (addresses.isEmpty()) {
            throw new UnknownHostException("an address of this machine, or of many, may be in peers.toml alone");
        }
        return stated ? addresses.subList(0, Math.min(MOST_OF_A_NAME, addresses.size())) : addresses;
    }

    private static boolean isOfOneOther(InetAddress address) {
        boolean all = address instanceof Inet4Address && (address.getAddress()[0] & 0xF0) == 0xF0;
        return !address.isLoopbackAddress() && !address.isAnyLocalAddress() && !address.isMulticastAddress() && !all;
    }

    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
