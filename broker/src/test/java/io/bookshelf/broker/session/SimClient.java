package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.access.AccessPolicy.Principal;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.schema.Entry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A subscriber, its connection, and what it may expect of the unit. */
final class SimClient {
    /** What the client believes to be subscribed to. */
    static final class Sub {
        final TopicFilter filter;
        final int qos;
        final boolean snapshot;

        /** The store's sequence when the filter was first acknowledged, without a break since. */
        final long since;

        /** Events count on it: no SUBSCRIBE of another QoS was lost half-way in a crash. */
        boolean certain = true;

        Sub(TopicFilter filter, int qos, boolean snapshot, long since) {
            this.filter = filter;
            this.qos = qos;
            this.snapshot = snapshot;
            this.since = since;
        }
    }

    /** What a marker vouches for: keys that were live at the SUBSCRIBE, with their sequences. */
    record Promise(Map<String, Long> live) {}

    private record Packet(@Nullable Delivery delivery, int packetId, boolean again) {}

    private enum Kind {
        PUBACK,
        PUBREC,
        PUBCOMP
    }

    private record Ack(Kind kind, int packetId) {}

    final String id;
    final boolean durable;
    final SimWorld world;
    final Map<String, Sub> subs = new LinkedHashMap<>();
    final Map<String, Promise> promises = new HashMap<>();
    final Set<String> markersSeen = new HashSet<>();
    final Map<String, Long> seen = new HashMap<>();
    final Map<String, Integer> events = new HashMap<>();
    final Set<String> expected = new HashSet<>();
    final List<String> pending = new ArrayList<>();

    /** The last UNSUBSCRIBE of each filter, in the order of requests. */
    final Map<String, Integer> unsubscribed = new HashMap<>();

    private final Set<Integer> received = new HashSet<>();

    /** It holds no state of a session, and so must not take one up that the unit still has. */
    boolean blank;

    @Nullable
    Link link;

    SimClient(SimWorld world, String id, boolean durable) {
        this.world = world;
        this.id = id;
        this.durable = durable;
    }

    /** After everything has come: the last value seen of each key is the store's. */
    void checkValues(SimStore store) {
        for (Sub sub : subs.values()) {
            String filter = sub.filter.text();
            if (filter.startsWith("$")) {
                assertThat(markersSeen).as("%s: markers", id).contains(filter);
                continue;
            }
            store.entries.forEach((key, entry) -> {
                boolean due = entry.sequence() > sub.since || sub.snapshot && !entry.deleted();
                if (sub.filter.matches(key.name()) && due) {
                    assertThat(seen.getOrDefault(key.name(), 0L))
                            .as("%s: the last %s under %s", id, key, filter)
                            .isEqualTo(entry.sequence());
                }
            });
        }
    }

    /** The unit knows nothing of it any more. */
    void forgotten() {
        subs.clear();
        pending.clear();
        promises.clear();
        markersSeen.clear();
        seen.clear();
        expected.clear();
        received.clear();
    }

    /** What was asked for and not answered may or may not have come about. */
    void doubt() {
        for (String filter : pending) {
            Sub sub = subs.get(filter);
            if (sub != null) {
                sub.certain = false;
            }
        }
        pending.clear();
    }

    /** A connection: what was written to it is received later, in order, or lost with it. */
    final class Link implements ClientLink {
        final int receiveMaximum;
        final long expirySeconds;
        final ArrayDeque<Packet> network = new ArrayDeque<>();
        final ArrayDeque<Ack> acks = new ArrayDeque<>();
        private final Map<Integer, Integer> unacknowledged = new HashMap<>();
        private final Map<String, Long> values = new HashMap<>();
        private final Map<String, Long> indexes = new HashMap<>();
        private final Set<String> fresh = new HashSet<>();
        boolean room = true;
        boolean open = true;

        @Nullable
        Session session;

        Link(int receiveMaximum, long expirySeconds) {
            this.receiveMaximum = receiveMaximum;
            this.expirySeconds = expirySeconds;
        }

        SimClient owner() {
            return SimClient.this;
        }

        @Override
        public Principal principal() {
            return new Principal(id, "");
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
            if (packetId > 0) {
                assertThat(unacknowledged.put(packetId, delivery.qos()))
                        .as("%s: packet id %s is in use twice", id, packetId)
                        .isNull();
                assertThat(unacknowledged.size())
                        .as("%s: packets in flight", id)
                        .isLessThanOrEqualTo(receiveMaximum);
            }
            String topic = delivery.message().topic();
            Entry entry = delivery.message().entry();
            if (entry != null) {
                long before = values.getOrDefault(topic, 0L);
                assertThat(entry.sequence())
                        .as("%s: %s goes back from %s", id, topic, before)
                        .isGreaterThanOrEqualTo(before);
                values.put(topic, entry.sequence());
                world.written(entry);
            } else if (topic.startsWith("$")) {
                markersSeen.add(topic);
                checkMarker(topic);
            }
            if (!again && (entry == null || delivery.change() > 0)) {
                checkOrder(delivery);
            }
            network.add(new Packet(delivery, packetId, again));
            return true;
        }

        private void checkMarker(String topic) {
            Promise promise = promises.get(topic);
            if (promise != null) {
                promise.live().forEach((key, sequence) -> {
                    if (world.unchanged(key, sequence)) {
                        assertThat(values)
                                .as("%s: the marker %s comes before %s", id, topic, key)
                                .containsKey(key);
                    }
                });
            }
        }

        private void checkOrder(Delivery delivery) {
            String name = delivery.message().properties().contentType();
            if (name == null) {
                return;
            }
            int hash = name.indexOf('#');
            long index = Long.parseLong(name.substring(hash + 1));
            long before = indexes.getOrDefault(name.substring(0, hash), 0L);
            assertThat(index).as("%s: %s comes behind #%s", id, name, before).isGreaterThanOrEqualTo(before);
            indexes.put(name.substring(0, hash), index);
            assertThat(fresh.add(name)).as("%s: %s comes twice", id, name).isTrue();
        }

        @Override
        public void pubrel(int packetId) {
            assertThat(open).as("a closed connection is written to").isTrue();
            network.add(new Packet(null, packetId, false));
        }

        @Override
        public void close(CloseReason reason) {
            lose(network.size());
            world.closed(this, false, expirySeconds);
        }

        /** The connection goes: of what is on its way, this many packets are lost. */
        void lose(int lost) {
            while (network.size() > lost) {
                receive();
            }
            open = false;
            for (Packet packet : network) {
                // At QoS 0 nobody promises that it comes.
                if (packet.delivery() != null && packet.packetId() == 0) {
                    take(packet.delivery());
                }
            }
            network.clear();
            acks.clear();
        }

        /** The client takes the next packet. */
        void receive() {
            Packet packet = network.remove();
            Delivery delivery = packet.delivery();
            if (delivery == null) {
                received.remove(packet.packetId());
                acks.add(new Ack(Kind.PUBCOMP, packet.packetId()));
                return;
            }
            if (delivery.qos() < 2 || received.add(packet.packetId())) {
                take(delivery);
            }
            if (packet.packetId() > 0) {
                acks.add(new Ack(delivery.qos() == 1 ? Kind.PUBACK : Kind.PUBREC, packet.packetId()));
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
                    to.pubcomp(ack.packetId());
                }
            }
        }
    }

    /** The application gets it. */
    private void take(Delivery delivery) {
        Entry entry = delivery.message().entry();
        if (entry != null) {
            String topic = delivery.message().topic();
            long before = seen.getOrDefault(topic, 0L);
            assertThat(entry.sequence())
                    .as("%s: the application's %s goes back", id, topic)
                    .isGreaterThanOrEqualTo(before);
            seen.put(topic, entry.sequence());
            return;
        }
        String name = delivery.message().properties().contentType();
        if (name != null) {
            int times = events.merge(name, 1, Integer::sum);
            if (delivery.qos() != 1) {
                assertThat(times)
                        .as("%s: the application got %s at QoS %s again", id, name, delivery.qos())
                        .isEqualTo(1);
            }
            expected.remove(name);
        }
    }
}
