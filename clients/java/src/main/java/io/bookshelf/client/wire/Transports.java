package io.bookshelf.client.wire;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttClientTransportConfig;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** TCP and TLS as the HiveMQ client wants them described. */
final class Transports {
    private Transports() {}

    /** @param check judges who answers, null where anybody may */
    static MqttClientTransportConfig of(WireSettings settings, @Nullable UnitCheck check) {
        Address address = settings.address();
        long millis = Math.max(1, settings.connectTimeout().toMillis());
        var transport = MqttClientTransportConfig.builder()
                // Looked up at each attempt: a unit's address changes.
                .serverAddress(InetSocketAddress.createUnresolved(address.host(), address.port()))
                .socketConnectTimeout(millis, TimeUnit.MILLISECONDS)
                .mqttConnectTimeout(millis, TimeUnit.MILLISECONDS);
        return (address.tls() ? transport.sslConfig(tls(settings, millis, check)) : transport).build();
    }

    private static MqttClientSslConfig tls(WireSettings settings, long millis, @Nullable UnitCheck check) {
        var tls = MqttClientSslConfig.builder()
                .protocols(List.of("TLSv1.3"))
                .handshakeTimeout(millis, TimeUnit.MILLISECONDS);
        PkiFolder pki = settings.pki();
        if (pki == null || check == null) {
            return tls.build();
        }
        return tls.keyManagerFactory(pki.keys())
                .trustManagerFactory(pki.trusted())
                .hostnameVerifier(check)
                .build();
    }
}
