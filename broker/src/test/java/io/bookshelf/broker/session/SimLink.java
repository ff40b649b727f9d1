package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A connection: what is written to it is received later, in order, or lost with it. */
final class SimLink implements ClientLink {
    /** What the unit has written: a PUBLISH, its PUBREL, or the answer to a publish of the client. */
    private sealed interface Packet {
        record Publish(Delivery delivery, int packetId) implements Packet {}

        record Pubrel(int packetId) implements Packet {}

        record Reply(Runnable received) implements Packet {}
    }

    private enum Kind {
        PUBACK,
        PUBREC,
        PUBCOMP
    }

    private record Ack(Kind kind, int packetId) {}

    final SimClient owner;
    final int receiveMaximum;
    final long expirySeconds;
    final ArrayDeque<Packet> network = new ArrayDeque<>();
    final ArrayDeque<Ack> acks = new ArrayDeque<>();

    /** What the client has written as a publisher. */
    final ArrayDeque<Runnable> inbound = new ArrayDeque<>();

    /** The unit's side: incoming QoS 2 packet ids whose publish is not decided yet. */
    final Set<Integer> receiving = new HashSet<>();

    final SimDelivered delivered;
    private final Map<Integer, Integer> unacknowledged = new HashMap<>();
    boolean room = true;
    boolean open = true;

    @Nullable
    CloseReason closed;

    @Nullable
    Session session;

    SimLink(SimClient owner, int receiveMaximum, long expirySeconds) {
        this.owner = owner;
        this.receiveMaximum = receiveMaximum;
        this.expirySeconds = expirySeconds;
        this.delivered = new SimDelivered(owner);
    }

    @Override
    public Principal principal() {
        return new Principal(owner.id, "");
    }

    @Override
    public boolean hasRoom() {
        return open && room;
    }

    @Override
    public int receiveMaximum() {
        return receiveMaximum;
    }

    @Override
    public boolean publish(Delivery delivery, int packetId, boolean again) {
        assertThat(open).as("a closed connection is written to").isTrue();
        assertThat(session).as("%s: something comes before CONNACK", owner.id).isNotNull();
        assertThat(packetId > 0).as("a packet id at QoS %s", delivery.qos()).isEqualTo(delivery.qos() > 0);
        if (packetId > 0) {
            assertThat(unacknowledged.put(packetId, delivery.qos()))
                    .as("%s: packet id %s is in use twice", owner.id, packetId)
                    .isNull();
            assertThat(unacknowledged.size())
                    .as("%s: packets in flight", owner.id)
                    .isLessThanOrEqualTo(receiveMaximum);
        }
        assertThat(owner.released.remove(packetId) && again)
                .as("%s: packet %s is sent again after its PUBREL", owner.id, packetId)
                .isFalse();
        delivered.check(delivery, again);
        network.add(new Packet.Publish(delivery, packetId));
        return true;
    }

    @Override
    public void pubrel(int packetId) {
        assertThat(open).as("a closed connection is written to").isTrue();
        network.add(new Packet.Pubrel(packetId));
    }

    /** The unit answers a publish of the client. */
    void reply(Runnable received) {
        if (open) {
            network.add(new Packet.Reply(received));
        }
    }

    @Override
    public void close(CloseReason reason) {
        closed = reason;
        lose(network.size());
        owner.world.closed(this, false, expirySeconds);
    }

    /** The connection goes: of what is on its way, this many packets are lost. */
    void lose(int lost) {
        while (network.size() > lost) {
            receive();
        }
        open = false;
        for (Packet packet : network) {
            // At QoS 0 nobody promises that it comes.
            if (packet instanceof Packet.Publish publish && publish.packetId() == 0) {
                owner.take(publish.delivery());
            }
        }
        network.clear();
        acks.clear();
        inbound.clear();
    }

    /** The client takes the next packet. */
    void receive() {
        switch (network.remove()) {
            case Packet.Reply reply -> reply.received().run();
            case Packet.Pubrel pubrel -> {
                owner.received.remove(pubrel.packetId());
                owner.released.add(pubrel.packetId());
                acks.add(new Ack(Kind.PUBCOMP, pubrel.packetId()));
            }
            case Packet.Publish publish -> {
                Delivery delivery = publish.delivery();
                if (delivery.qos() < 2 || owner.received.add(publish.packetId())) {
                    owner.take(delivery);
                }
                if (publish.packetId() > 0) {
                    acks.add(new Ack(delivery.qos() == 1 ? Kind.PUBACK : Kind.PUBREC, publish.packetId()));
                }
            }
        }
    }

    /** The unit takes the next acknowledgement. */
    void acknowledge() {
        Ack ack = acks.remove();
        Session to = session;
        if (to == null) {
            return;
        }
        switch (ack.kind()) {
            case PUBACK -> {
                unacknowledged.remove(ack.packetId());
                to.puback(ack.packetId());
            }
            case PUBREC -> to.pubrec(ack.packetId(), false);
            case PUBCOMP -> {
                unacknowledged.remove(ack.packetId());
                owner.released.remove(ack.packetId());
                to.pubcomp(ack.packetId());
            }
        }
    }

    void toggleRoom() {
        room = !room;
        Session to = session;
        if (room && to != null) {
            to.roomAgain();
        }
    }

    boolean busy() {
        return !network.isEmpty() || !acks.isEmpty() || !inbound.isEmpty() || !room;
    }
}
