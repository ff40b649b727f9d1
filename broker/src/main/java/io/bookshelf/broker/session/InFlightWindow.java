package io.bookshelf.broker.session;

import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The QoS 1 and 2 packets that a client has not acknowledged, in the order they were first sent. */
final class InFlightWindow {
    private static final int LAST_PACKET_ID = 65_535;

    /** A packet in flight. It holds no payload: what has to be sent again is read again. */
    static final class Packet {
        final int packetId;
        final int qos;
        final @Nullable Key key;
        final @Nullable QueuedEvent event;
        final long order;
        boolean released;

        /** True once a change that saves it has been handed to the bus. */
        boolean saved;

        Packet(int packetId, int qos, @Nullable Key key, @Nullable QueuedEvent event, long order) {
            this.packetId = packetId;
            this.qos = qos;
            this.key = key;
            this.event = event;
            this.order = order;
        }
    }

    private final Map<Integer, Packet> packets = new LinkedHashMap<>();
    private int lastPacketId;
    private long lastOrder;

    int size() {
        return packets.size();
    }

    /** Takes the next free packet id. There must be one: the window is smaller than the ids are many. */
    Packet open(int qos, @Nullable Key key, @Nullable QueuedEvent event) {
        do {
            lastPacketId = lastPacketId == LAST_PACKET_ID ? 1 : lastPacketId + 1;
        } while (packets.containsKey(lastPacketId));
        if (event != null) {
            // A client that acknowledges nothing must not make the unit hold what it was sent.
            event.message = null;
        }
        Packet packet = new Packet(lastPacketId, qos, key, event, ++lastOrder);
        packets.put(lastPacketId, packet);
        return packet;
    }

    /** Takes back a packet as the file has it. */
    void restore(Packet packet) {
        packets.put(packet.packetId, packet);
        lastOrder = Math.max(lastOrder, packet.order);
        lastPacketId = packet.packetId;
    }

    @Nullable
    Packet get(int packetId) {
        return packets.get(packetId);
    }

    @Nullable
    Packet close(int packetId) {
        return packets.remove(packetId);
    }

    List<Packet> all() {
        return new ArrayList<>(packets.values());
    }
}
