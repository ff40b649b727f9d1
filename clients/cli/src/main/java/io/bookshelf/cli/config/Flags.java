package io.bookshelf.cli.config;

import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.node.NodeConfig;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the command line says about a unit; null where it does not. Flags win over the file, the file over the defaults.
 *
 * @param unit the unit's name
 * @param data the folder of its store
 * @param mqtt where MQTT over TCP listens
 * @param web where HTTP and MQTT over WebSocket listen
 * @param listen where MQTT over TLS listens for those with a certificate
 * @param webTls where HTTPS and MQTT over WebSocket listen
 * @param pki the folder of this unit's certificate
 * @param peers the list of peers to start from
 */
public record Flags(
        @Nullable String unit,
        @Nullable Path data,
        @Nullable InetSocketAddress mqtt,
        @Nullable InetSocketAddress web,
        @Nullable InetSocketAddress listen,
        @Nullable InetSocketAddress webTls,
        @Nullable Path pki,
        @Nullable Path peers) {

    public Flags {
        if (unit != null && !UnitName.isValid(unit)) {
            throw new ConfigException("--unit " + UnitName.mistake(unit));
        }
        refuseBlank(data, "--data must name a folder; leave it out for the default");
        refuseBlank(pki, "--pki must name a folder; leave it out for a unit that stays alone");
        refuseBlank(peers, "--peers must name a file; leave it out if there is none");
    }

    private static void refuseBlank(@Nullable Path path, String mistake) {
        if (path != null && path.toString().isBlank()) {
            throw new ConfigException(mistake);
        }
    }

    /** The whole of a unit's settings. */
    public NodeConfig over(Settings file, Environment environment) {
        String namedUnit = unit(file, environment);
        InetSocketAddress mqttAddress = first(mqtt, file.mqtt());
        InetSocketAddress webAddress = first(web, file.web());
        InetSocketAddress peerAddress = first(listen, file.listen());
        InetSocketAddress webTlsAddress = first(webTls, file.webTls());
        Path certificates = first(pki, file.pki());
        Path peerList = first(peers, file.peers());
        refuseHalf(peerAddress, webTlsAddress, certificates, peerList);
        BrokerConfig broker = new BrokerConfig(
                namedUnit,
                mqttAddress == null ? HostPort.parse("127.0.0.1:1883") : mqttAddress,
                webAddress == null ? HostPort.parse("127.0.0.1:8080") : webAddress,
                peerAddress,
                webTlsAddress,
                file.limits(),
                file.webHosts(),
                file.webOrigins());
        return new NodeConfig(
                broker,
                data(file, environment),
                file.durability(),
                file.trustWallClock(),
                certificates == null ? null : certificates.toAbsolutePath().normalize(),
                peerList == null ? null : peerList.toAbsolutePath().normalize(),
                file.certificates(),
                file.catalogue(),
                file.access());
    }

    /** The unit's name. */
    public String unit(Settings file, Environment environment) {
        String name = first(unit, file.unit());
        return name == null ? environment.unit() : name;
    }

    /** The folder of the unit's store. */
    public Path data(Settings file, Environment environment) {
        Path folder = first(data, file.data());
        Path store = folder == null ? environment.data(unit(file, environment)) : folder;
        return store.toAbsolutePath().normalize();
    }

    /** Peers and browsers are met by certificate: each of these settings is of use only with its fellows. */
    private static void refuseHalf(
            @Nullable InetSocketAddress listen,
            @Nullable InetSocketAddress webTls,
            @Nullable Path pki,
            @Nullable Path peers) {
        if (pki == null && listen != null) {
            throw new ConfigException("listen needs pki: name the folder of this unit's certificate with --pki"
                    + " (bookshelf pki issue makes one), or leave --listen out");
        }
        if (pki == null && webTls != null) {
            throw new ConfigException("web_tls needs pki: name the folder of this unit's certificate with --pki"
                    + " (bookshelf pki issue makes one), or leave --web-tls out");
        }
        if (pki == null && peers != null) {
            throw new ConfigException("peers needs pki: name the folder of this unit's certificate with --pki"
                    + " (bookshelf pki issue makes one), or leave --peers out");
        }
        if (pki != null && listen == null && webTls == null && peers == null) {
            throw new ConfigException("pki is of no use alone: say where peers come in with --listen,"
                    + " where they are with --peers, or where browsers come in with --web-tls");
        }
    }

    private static <T> @Nullable T first(@Nullable T flag, @Nullable T setting) {
        return flag == null ? setting : flag;
    }
}
