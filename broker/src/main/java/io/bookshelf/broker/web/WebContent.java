package io.bookshelf.broker.web;

import java.net.InetSocketAddress;
import java.util.function.Supplier;

/**
 * What the pages say. The suppliers are asked at each request, on the connection's own thread: they must not wait.
 *
 * @param unit the unit's name
 * @param mqtt where MQTT over TCP listens
 * @param health how the unit is
 * @param metrics the metrics in Prometheus' text format 0.0.4
 * @param app the app for browsers; without one, {@code /} is a page that says what this is
 */
public record WebContent(
        String unit,
        Supplier<InetSocketAddress> mqtt,
        Supplier<Health> health,
        Supplier<String> metrics,
        StaticFiles app) {
    /**
     * How the unit is.
     *
     * @param writable false while it refuses writes: answered as 503
     * @param json the document
     */
    public record Health(boolean writable, String json) {}
}
