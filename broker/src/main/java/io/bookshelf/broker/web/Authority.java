package io.bookshelf.broker.web;

import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The host and port of a Host header or an origin, in one spelling: lower case, no trailing dot, addresses as
 * {@link NetUtil} writes them.
 *
 * @param port the port, or the default that was asked for
 */
record Authority(String host, int port) {
    /** Reads {@code host[:port]}; null if it is anything else. */
    static @Nullable Authority parse(String text, int defaultPort) {
        int hostEnd = text.startsWith("[") ? text.indexOf(']') + 1 : text.indexOf(':');
        if (hostEnd < 0) {
            hostEnd = text.length();
        }
        String host = canonicalHost(text.substring(0, hostEnd));
        if (host == null) {
            return null;
        }
        if (hostEnd == text.length()) {
            return new Authority(host, defaultPort);
        }
        int port = text.charAt(hostEnd) == ':' ? port(text.substring(hostEnd + 1)) : -1;
        return port < 0 ? null : new Authority(host, port);
    }

    private static @Nullable String canonicalHost(String host) {
        if (host.startsWith("[")) {
            String literal = host.endsWith("]") ? host.substring(1, host.length() - 1) : "";
            byte[] address = literal.indexOf('%') >= 0 || !NetUtil.isValidIpV6Address(literal) ? null : bytes(literal);
            return address == null ? null : NetUtil.bytesToIpAddress(address);
        }
        String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        if (name.isEmpty() || !name.chars().allMatch(Authority::isNameCharacter)) {
            return null;
        }
        return name.toLowerCase(Locale.ROOT);
    }

    private static byte @Nullable [] bytes(String literal) {
        return NetUtil.createByteArrayFromIpAddressString(literal);
    }

    private static boolean isNameCharacter(int c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '-'
                || c == '.'
                || c == '_';
    }

    private static int port(String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        int port = Integer.parseInt(digits);
        return port >= 1 && port <= 65_535 ? port : -1;
    }
}
