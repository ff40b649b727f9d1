package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client as a publisher, and the part of its connection that takes its publishes. At QoS 2 each message comes to be once,
 * over whatever breaks (MQTT 5, section 4.3.3).
 */
final class SimSender {
    /** Few, so that they are soon used again. */
    private static final int PACKET_IDS = 3;

    private static final class Outgoing {
        final int packetId;
        final SimPublish publish;
        boolean received;

        Outgoing(int packetId, SimPublish publish) {
            this.packetId = packetId;
            this.publish = publish;
        }
    }

    private final SimClient client;
    private final Map<Integer, Outgoing> outgoing = new LinkedHashMap<>();
    private int nextPacketId;
    private int published;

    SimSender(SimClient client) {
        this.client = client;
    }

    /** What the client's application wants published. */
    void publish(SimLink link, int qos, SimPublish what) {
        if (link.session == null) {
            return;
        }
        SimPublish named = what.named(client.id + "#" + ++published);
        if (qos < 2) {
            link.inbound.add(() -> hand(link, 0, named, List.of(), refusal -> {}));
            return;
        }
        nextPacketId = nextPacketId % PACKET_IDS + 1;
        if (!outgoing.containsKey(nextPacketId)) {
            Outgoing message = new Outgoing(nextPacketId, named);
            outgoing.put(message.packetId, message);
            link.inbound.add(() -> takePublish(link, message));
        }
    }

    /** The session goes on: what was not completed is sent again, in its order. */
    void resume(SimLink link) {
        for (Outgoing message : outgoing.values()) {
            link.inbound.add(message.received ? () -> takePubrel(link, message) : () -> takePublish(link, message));
        }
    }

    void forget() {
        outgoing.clear();
    }

    void checkQuiet() {
        assertThat(outgoing.values().stream().map(message -> message.publish.name()))
                .as("%s: publishes that never end", client.id)
                .isEmpty();
    }

    private void takePublish(SimLink link, Outgoing message) {
        Session session = link.session;
        if (session == null) {
            return;
        }
        if (session.incoming().contains(message.packetId)) {
            if (!link.receiving.contains(message.packetId)) {
                link.reply(() -> pubrec(link, message));
            }
            return;
        }
        session.incoming().add(message.packetId);
        link.receiving.add(message.packetId);
        List<SessionChange> changes = session.durable()
                ? List.of(new SessionChange.SaveIncoming(session.clientId(), message.packetId))
                : List.of();
        hand(link, 2, message.publish, changes, refusal -> {
            link.receiving.remove(message.packetId);
            if (refusal == null) {
                link.reply(() -> pubrec(link, message));
            } else {
                session.incoming().remove(message.packetId);
                link.reply(() -> outgoing.remove(message.packetId, message));
            }
        });
    }

    private void hand(
            SimLink link, int qos, SimPublish what, List<SessionChange> changes, Consumer<@Nullable String> done) {
        Session session = link.session;
        if (session != null) {
            boolean sign = what.retain() && session.wantsNoLocal();
            ValueProperties properties = new ValueProperties(
                    0, what.name(), null, new byte[0], List.of(), "", sign ? session.clientId() : "");
            client.world
                    .registry()
                    .router()
                    .publish(new PublishRequest(
                            session,
                            what.topic(),
                            what.payload(),
                            qos,
                            what.retain(),
                            properties,
                            what.expirySeconds(),
                            false,
                            null,
                            changes,
                            outcome -> done.accept(outcome.refusal())));
        }
    }

    private void pubrec(SimLink link, Outgoing message) {
        if (outgoing.get(message.packetId) == message) {
            assertThat(client.world.messages.committed(message.publish.name()))
                    .as("%s is on disk before its PUBREC", message.publish.name())
                    .isTrue();
            message.received = true;
            link.inbound.add(() -> takePubrel(link, message));
        }
    }

    private void takePubrel(SimLink link, Outgoing message) {
        Session session = link.session;
        if (session == null) {
            return;
        }
        Runnable pubcomp = () -> outgoing.remove(message.packetId, message);
        if (session.incoming().contains(message.packetId) && !link.receiving.contains(message.packetId)) {
            client.world.registry().release(session, message.packetId, () -> link.reply(pubcomp));
        } else {
            link.reply(pubcomp);
        }
    }
}
