package io.bookshelf.client.wire;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to connect.
 *
 * @param address where
 * @param pki the certificate to show and the authority to trust; null: none of one's own, and the system's authorities
 * @param user user name, null for none
 * @param password password, null for none
 * @param clientId MQTT's client id
 * @param connectTimeout for each step of connecting: TCP, TLS, CONNACK
 * @param keepAliveSeconds MQTT's keep-alive, 0 for none
 * @param will published when the connection ends without a farewell, null for none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record WireSettings(
        Address address,
        @Nullable PkiFolder pki,
        @Nullable String user,
        byte @Nullable [] password,
        String clientId,
        Duration connectTimeout,
        int keepAliveSeconds,
        @Nullable WireMessage will) {}
