package io.bookshelf.cli.config;

import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.node.AccessSettings;
import io.bookshelf.node.CertificateSettings;
import io.bookshelf.store.Durability;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a {@code bookshelf.toml} says. What may also be given by a flag is null where the file does not say it.
 *
 * @param unit the unit's name
 * @param data the folder of its store
 * @param mqtt where MQTT over TCP listens
 * @param web where HTTP and MQTT over WebSocket listen
 * @param listen where MQTT over TLS listens for those with a certificate
 * @param webTls where HTTPS and MQTT over WebSocket listen
 * @param pki the folder of this unit's certificate
 * @param peers the list of peers to start from
 * @param certificates how certificates are renewed and judged
 * @param durability what an acknowledgement waits for
 * @param trustWallClock whether the wall clock counts as known whatever the kernel says
 * @param logLevel trace, debug, info, warn, error or off
 * @param limits bounds on what clients may do
 * @param webHosts further names that a Host header may carry
 * @param webOrigins further origins from which a browser may connect
 * @param catalogue files that describe keys
 * @param access who may come in
 * @param client how commands reach the unit
 */
public record Settings(
        @Nullable String unit,
        @Nullable Path data,
        @Nullable InetSocketAddress mqtt,
        @Nullable InetSocketAddress web,
        @Nullable InetSocketAddress listen,
        @Nullable InetSocketAddress webTls,
        @Nullable Path pki,
        @Nullable Path peers,
        CertificateSettings certificates,
        Durability durability,
        boolean trustWallClock,
        String logLevel,
        Limits limits,
        List<String> webHosts,
        List<String> webOrigins,
        List<Path> catalogue,
        AccessSettings access,
        ClientSettings client) {
    /** What holds without a file. */
    public static final Settings DEFAULTS = new Settings(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            CertificateSettings.DEFAULTS,
            Durability.FULL,
            false,
            "info",
            Limits.DEFAULTS,
            List.of(),
            List.of(),
            List.of(),
            AccessSettings.OPEN,
            ClientSettings.NONE);

    public Settings {
        webHosts = List.copyOf(webHosts);
        webOrigins = List.copyOf(webOrigins);
        catalogue = List.copyOf(catalogue);
    }
}
