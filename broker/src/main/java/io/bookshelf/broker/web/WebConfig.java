package io.bookshelf.broker.web;

import java.util.List;

/**
 * Bounds and names of the web port.
 *
 * @param connectSeconds a connection whose request is not there and answered by then is closed
 * @param frameBytes longest WebSocket frame that a client may send; a longer one is answered by close code 1009
 * @param hosts names, besides loopback's and the listener's own address, that a Host header may carry: {@code name}
 *     stands for any port, {@code name:port} for that one
 * @param origins origins, besides the page's own, from which a browser may connect, such as {@code https://app.example}
 */
public record WebConfig(int connectSeconds, int frameBytes, List<String> hosts, List<String> origins) {
    /** @throws IllegalArgumentException if a host or an origin cannot be read; the message names it */
    public WebConfig {
        hosts = List.copyOf(hosts);
        origins = List.copyOf(origins);
        for (String host : hosts) {
            if (Authority.parse(host, 0) == null) {
                throw new IllegalArgumentException("\"" + host + "\" is not a host name, nor one with a port");
            }
        }
        for (String origin : origins) {
            if (Origin.parse(origin) == null) {
                throw new IllegalArgumentException(
                        "\"" + origin + "\" is not an origin; write it like https://app.example");
            }
        }
    }
}
