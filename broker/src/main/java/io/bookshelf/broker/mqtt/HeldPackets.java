package io.bookshelf.broker.mqtt;

import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Packets of a client that did not wait for its CONNACK. */
final class HeldPackets {
    private final ConnectionMemory memory;
    private final ArrayDeque<MqttMessage> packets = new ArrayDeque<>();

    HeldPackets(ConnectionMemory memory) {
        this.memory = memory;
    }

    /** Keeps one; returns a reason code. */
    int add(MqttMessage packet) {
        packets.add(packet);
        return memory.waiting(size(packet));
    }

    /** About what a packet holds. */
    static int size(MqttMessage packet) {
        return 256 + (packet.fixedHeader() == null ? 0 : packet.fixedHeader().remainingLength());
    }

    /** The next in order, null if there is none. */
    @Nullable
    MqttMessage next() {
        MqttMessage next = packets.poll();
        if (next == null) {
            memory.noneWaits();
        }
        return next;
    }

    void discard() {
        packets.forEach(ReferenceCountUtil::release);
        packets.clear();
    }
}
