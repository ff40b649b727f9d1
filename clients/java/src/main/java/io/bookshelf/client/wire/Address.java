package io.bookshelf.client.wire;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a unit listens.
 *
 * @param tls true for {@code mqtts} and {@code wss}
 * @param webSocket true for {@code ws} and {@code wss}
 * @param host a name or an address, IPv6 without brackets
 * @param port the port, 1 to 65,535
 * @param path of the WebSocket, without its first slash; empty otherwise
 */
public record Address(boolean tls, boolean webSocket, String host, int port, String path) {
    private static final String FORMS =
            "write mqtt://HOST:PORT, mqtts://HOST:PORT, ws://HOST:PORT/mqtt or wss://HOST:PORT/mqtt";

    /**
     * Reads a URL. Ports that are left out: mqtt 1883, mqtts 8883, ws 80, wss 443; a path that is left out is
     * {@code /mqtt}. Without a scheme, {@code HOST:PORT} is {@code mqtt://HOST:PORT}.
     *
     * @throws IllegalArgumentException with a sentence that says what to write
     */
    public static Address parse(String url) {
        URI uri;
        try {
            uri = new URI(url.contains("://") ? url : "mqtt://" + url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("\"" + url + "\" is no address of a unit: " + FORMS, e);
        }
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        String host = uri.getHost();
        if (host == null || uri.getUserInfo() != null || uri.getQuery() != null || uri.getFragment() != null) {
            throw new IllegalArgumentException("\"" + url + "\" is no address of a unit: " + FORMS);
        }
        boolean webSocket = scheme.startsWith("ws");
        String path = uri.getPath() == null ? "" : uri.getPath();
        if (!webSocket && !path.isEmpty() && !path.equals("/")) {
            throw new IllegalArgumentException("\"" + url + "\": only ws and wss have a path; " + FORMS);
        }
        int standard = standardPort(scheme, url);
        int port = uri.getPort() >= 0 ? uri.getPort() : standard;
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("\"" + url + "\": a port is a number from 1 to 65535");
        }
        return new Address(
                scheme.equals("mqtts") || scheme.equals("wss"),
                webSocket,
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port,
                !webSocket ? "" : path.length() < 2 ? "mqtt" : path.substring(1));
    }

    private static int standardPort(String scheme, String url) {
        return switch (scheme) {
            case "mqtt" -> 1883;
            case "mqtts" -> 8883;
            case "ws" -> 80;
            case "wss" -> 443;
            default -> throw new IllegalArgumentException("\"" + url + "\" is no address of a unit: " + FORMS);
        };
    }

    /** The URL. */
    @Override
    public String toString() {
        String scheme = webSocket ? tls ? "wss" : "ws" : tls ? "mqtts" : "mqtt";
        String where = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return scheme + "://" + where + ":" + port + (webSocket ? "/" + path : "");
    }
}
