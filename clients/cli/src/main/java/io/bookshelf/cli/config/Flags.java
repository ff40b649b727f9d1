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
 */
public record Flags(
        @Nullable String unit,
        @Nullable Path data,
        @Nullable InetSocketAddress mqtt,
        @Nullable InetSocketAddress web) {

    public Flags {
        if (unit != null && !UnitName.isValid(unit)) {
            throw new ConfigException("--unit " + UnitName.mistake(unit));
        }
        if (data != null && data.toString().isBlank()) {
            throw new ConfigException("--data must name a folder; leave it out for the default");
        }
    }

    /** The whole of a unit's settings. */
    public NodeConfig over(Settings file, Environment environment) {
        String name = first(unit, file.unit());
        String namedUnit = name == null ? environment.unit() : name;
        Path folder = first(data, file.data());
        InetSocketAddress mqttAddress = first(mqtt, file.mqtt());
        InetSocketAddress webAddress = first(web, file.web());
        BrokerConfig broker = new BrokerConfig(
                namedUnit,
                mqttAddress == null ? HostPort.parse("127.0.0.1:1883") : mqttAddress,
                webAddress == null ? HostPort.parse("127.0.0.1:8080") : webAddress,
                file.limits(),
                file.webHosts(),
                file.webOrigins());
        Path store = (folder == null ? environment.data(namedUnit) : folder).toAbsolutePath();
        return new NodeConfig(broker, store.normalize(), file.durability(), file.trustWallClock(), file.access());
    }

    private static <T> @Nullable T first(@Nullable T flag, @Nullable T setting) {
        return flag == null ? setting : flag;
    }
}
