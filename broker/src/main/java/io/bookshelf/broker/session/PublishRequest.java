package io.bookshelf.broker.session;

import io.bookshelf.bus.Commit;
import io.bookshelf.bus.WriteId;
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
 * @param id what the publisher calls a stored write, null for nothing
 * @param changes changes to stored sessions that must be made in the same transaction
 * @param done told when it is durable and routed, or refused
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
        @Nullable WriteId id,
        List<SessionChange> changes,
        Consumer<Commit.Outcome> done) {}
