package io.bookshelf.broker.session;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What somebody publishes.
 *
 * @param publisher the session it comes from, null for a will whose session is gone
 * @param expirySeconds MQTT's message expiry, 0 for none
 * @param ifAbsent true if a stored write is to be refused where the key has a value
 * @param changes changes to stored sessions that must be made in the same transaction
 * @param done told when it is durable and routed (null), or why it was refused
 */
public record PublishRequest(
        @Nullable Session publisher,
        String topic,
        byte[] payload,
        int qos,
        boolean retain,
        ValueProperties properties,
        long expirySeconds,
        boolean ifAbsent,
        List<SessionChange> changes,
        Consumer<@Nullable String> done) {}
