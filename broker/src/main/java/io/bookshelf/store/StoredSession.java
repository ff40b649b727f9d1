package io.bookshelf.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A durable session, or only the will of one that is not, as the file has it.
 *
 * @param session its own fields; null where only a will is stored
 * @param subscriptions in their order
 * @param inFlight outgoing packets in their order
 * @param incoming packet ids of incoming QoS 2 messages that await PUBREL
 * @param will its will, if any
 * @param queuedEvents how many events wait, those in flight included
 * @param queuedBytes their payloads' and topics' bytes
 * @param lastEvent the greatest event number given
 */
public record StoredSession(
        String clientId,
        SessionChange.@Nullable SaveSession session,
        List<SessionChange.Subscribe> subscriptions,
        List<SessionChange.SaveInFlight> inFlight,
        List<Integer> incoming,
        SessionChange.@Nullable SaveWill will,
        long queuedEvents,
        long queuedBytes,
        long lastEvent) {}
