package io.bookshelf.broker.config;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a broker needs to know; every setting has a default that works.
 *
 * @param unit the unit's name
 * @param mqtt where MQTT over TCP listens; port 0 picks one
 * @param web where HTTP and MQTT over WebSocket listen; port 0 picks one
 * @param listen where those come in who have a certificate, by MQTT over TLS; port 0 picks one, null for nowhere
 * @param webTls where HTTPS and MQTT over WebSocket listen, with the unit's certificate; port 0 picks one, null for nowhere
 * @param limits bounds on what clients may do
 * @param webHosts names, besides loopback's and the listener's own address, that a Host header may carry
 * @param webOrigins origins, besides the page's own, from which a browser may connect, such as {@code https://app.example}
 */
public record BrokerConfig(
        String unit,
        InetSocketAddress mqtt,
        InetSocketAddress web,
        @Nullable InetSocketAddress listen,
        @Nullable InetSocketAddress webTls,
        Limits limits,
        List<String> webHosts,
        List<String> webOrigins) {

    public BrokerConfig {
        webHosts = List.copyOf(webHosts);
        webOrigins = List.copyOf(webOrigins);
    }

    /** A broker without HTTPS. */
    public BrokerConfig(
            String unit,
            InetSocketAddress mqtt,
            InetSocketAddress web,
            @Nullable InetSocketAddress listen,
            Limits limits,
            List<String> webHosts,
            List<String> webOrigins) {
        this(unit, mqtt, web, listen, null, limits, webHosts, webOrigins);
    }

    /**
     * Bounds. Sizes in bytes, times in seconds.
     *
     * @param keyBytes longest topic name of a stored or passing message
     * @param valueBytes longest payload
     * @param connections most connections at a time; one more is closed at once
     * @param connectSeconds a connection that has not sent its CONNECT by then is closed
     * @param keepAliveSeconds longest keep-alive; MQTT 5 clients that ask for more, or none, are told this one
     * @param receiveMaximum most QoS 1 and 2 publishes of a client that may await their acknowledgement
     * @param inFlight most QoS 1 and 2 packets in flight towards a client, whatever it allows
     * @param topicAliases highest topic alias accepted from a client, and used towards it
     * @param subscriptions most subscriptions of a session
     * @param busBytes publishers are not read while submissions of this many bytes wait for the disk
     * @param sessionSeconds longest life of a session without a connection; also the life of an MQTT 3 session
     * @param queuedEvents most events that wait for a session
     * @param queuedBytes most bytes of them
     * @param eventSeconds longest that an event waits
     * @param memoryBytes what all clients together may make the unit hold in memory; 0 for a third of the heap
     */
    public record Limits(
            int keyBytes,
            int valueBytes,
            int connections,
            int connectSeconds,
            int keepAliveSeconds,
            int receiveMaximum,
            int inFlight,
            int topicAliases,
            int subscriptions,
            int busBytes,
            long sessionSeconds,
            int queuedEvents,
            long queuedBytes,
            long eventSeconds,
            long memoryBytes) {
        /** Bounds with as much memory as the heap allows. */
        public Limits(
                int keyBytes,
                int valueBytes,
                int connections,
                int connectSeconds,
                int keepAliveSeconds,
                int receiveMaximum,
                int inFlight,
                int topicAliases,
                int subscriptions,
                int busBytes,
                long sessionSeconds,
                int queuedEvents,
                long queuedBytes,
                long eventSeconds) {
            this(
                    keyBytes,
                    valueBytes,
                    connections,
                    connectSeconds,
                    keepAliveSeconds,
                    receiveMaximum,
                    inFlight,
                    topicAliases,
                    subscriptions,
                    busBytes,
                    sessionSeconds,
                    queuedEvents,
                    queuedBytes,
                    eventSeconds,
                    0);
        }

        /** The defaults. */
        public static final Limits DEFAULTS = new Limits(
                512,
                256 * 1024,
                10_000,
                10,
                3_600,
                1_024,
                512,
                64,
                1_024,
                8 * 1024 * 1024,
                7 * 24 * 3_600,
                1_000,
                1024 * 1024,
                24 * 3_600);
    }
}
