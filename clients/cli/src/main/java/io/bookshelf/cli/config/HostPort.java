package io.bookshelf.cli.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Addresses as people write them: {@code 127.0.0.1:1883}, {@code localhost:0}, {@code [::1]:1883}. */
public final class HostPort {
    private static final Pattern SHAPE = Pattern.compile(
            "(?:\\[(?<v6>[0-9A-Fa-f:.]+(?:%[^\\]\\s]+)?)\\]|(?<host>[^\\[\\]:/\\s]+)):(?<port>\\d{1,5})");
    private static final Pattern LONGEST_ZEROS = Pattern.compile("(?:(?<=^|:)0(?::0)+)(?=:|$)");

    private HostPort() {}

    /**
     * Reads an address and resolves its name.
     *
     * @throws ConfigException if it is none; the message is the end of a sentence that begins with the setting's name
     */
    public static InetSocketAddress parse(String text) {
        Matcher matcher = SHAPE.matcher(text);
        if (!matcher.matches()) {
            throw new ConfigException("must be HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883, not \"" + text + "\"");
        }
        int port = Integer.parseInt(matcher.group("port"));
        if (port > 65_535) {
            throw new ConfigException("must have a port from 0 to 65535, not " + port);
        }
        String v6 = matcher.group("v6");
        String host = v6 == null ? matcher.group("host") : v6;
        InetSocketAddress address = new InetSocketAddress(v6 == null ? host : "[" + v6 + "]", port);
        if (address.isUnresolved()) {
            throw new ConfigException("must name an address of this machine; \"" + host + "\" is not known");
        }
        return address;
    }

    /** The address in numbers, as a client would write it. */
    public static String format(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        String host = ip == null ? address.getHostString() : ip.getHostAddress();
        return (ip instanceof Inet6Address ? "[" + shorten(host) + "]" : host) + ":" + address.getPort();
    }

    /** Replaces the longest run of zeros by two colons, as RFC 5952 asks. */
    private static String shorten(String v6) {
        int zone = v6.indexOf('%');
        String groups = zone < 0 ? v6 : v6.substring(0, zone);
        Matcher zeros = LONGEST_ZEROS.matcher(groups);
        int start = 0;
        int end = 0;
        while (zeros.find()) {
            if (zeros.end() - zeros.start() > end - start) {
                start = zeros.start();
                end = zeros.end();
            }
        }
        if (end == 0) {
            return v6;
        }
        String head = start == 0 ? "" : groups.substring(0, start - 1);
        String tail = end == groups.length() ? "" : groups.substring(end + 1);
        return head + "::" + tail + (zone < 0 ? "" : v6.substring(zone));
    }
}
