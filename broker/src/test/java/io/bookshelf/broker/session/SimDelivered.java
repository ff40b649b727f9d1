package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.SimClient.Promise;
import io.bookshelf.schema.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What may be sent on one connection: in which order, with which flags, and to whom. */
final class SimDelivered {
    private final SimClient client;
    private final Map<String, Long> values = new HashMap<>();
    private final Map<String, Long> indexes = new HashMap<>();
    private final Set<String> fresh = new HashSet<>();

    private long checkedThrough;

    /** Filters and keys of values that came in snapshots. */
    final List<String> snapshot = new ArrayList<>();

    SimDelivered(SimClient client) {
        this.client = client;
    }

    void check(Delivery delivery, boolean again) {
        Message message = delivery.message();
        String topic = message.topic();
        Entry entry = message.entry();
        if (topic.startsWith("$")) {
            client.markersSeen.add(topic);
            checkMarker(topic);
            return;
        }
        if (entry != null) {
            checkValue(entry);
        } else if (message.properties().contentType() != null) {
            assertThat(client.world.messages.committed(SimMessages.name(message)))
                    .as("%s is delivered before it is durable", SimMessages.name(message))
                    .isTrue();
        }
        if (again && entry != null) {
            // It is the key's newest value, which may not have been on its way before.
            checkExpiry(message);
        }
        // A snapshot counts as sent while its last packets still wait for the disk.
        boolean deferred = delivery.qos() == 2 && client.durable;
        if (!again && entry != null && delivery.change() > 0 && !deferred) {
            checkNoGap(delivery, entry);
        }
        if (entry != null) {
            client.sent.merge(topic, entry.sequence(), Math::max);
        }
        if (!again) {
            // What goes to the disk before has begun its way with that.
            if (!deferred) {
                checkExpiry(message);
            }
            checkFlags(delivery);
            if (entry == null || delivery.change() > 0) {
                checkOrder(delivery);
            }
        }
    }

    private void checkValue(Entry entry) {
        String topic = entry.key().name();
        long before = values.getOrDefault(topic, 0L);
        assertThat(entry.sequence())
                .as("%s: %s goes back from %s", client.id, topic, before)
                .isGreaterThanOrEqualTo(before);
        values.put(topic, entry.sequence());
        Entry now = client.world.store.last.get(entry.key());
        assertThat(now == null ? 0 : now.sequence())
                .as("%s is delivered before it is stored", entry)
                .isGreaterThanOrEqualTo(entry.sequence());
    }

    /** Changes come in the order of the unit: what was written before this one, and counts still, has been sent. */
    private void checkNoGap(Delivery delivery, Entry entry) {
        SimStore store = client.world.store;
        if (!client.awaitsSnapshot()) {
            checkIdentifiers(delivery, entry);
            store.between(checkedThrough, entry.sequence()).forEach(earlier -> {
                String key = earlier.key().name();
                if (client.mustGet(earlier)) {
                    assertThat(client.sent.getOrDefault(key, 0L))
                            .as("%s: %s comes before %s", client.id, entry, earlier)
                            .isGreaterThanOrEqualTo(earlier.sequence());
                }
            });
        }
        checkedThrough = Math.max(checkedThrough, entry.sequence());
    }

    private void checkMarker(String topic) {
        Promise promise = client.promises.get(topic);
        if (promise != null) {
            promise.live().forEach((key, sequence) -> {
                if (client.world.unchanged(key, sequence)) {
                    assertThat(values)
                            .as("%s: the marker %s comes before %s", client.id, topic, key)
                            .containsKey(key);
                }
            });
        }
    }

    /** What is over is not begun to be delivered (MQTT 5, section 3.3.2.3.3). */
    private void checkExpiry(Message message) {
        SimClock clock = client.world.clock;
        if (clock.known() && message.expiresAt() > 0) {
            assertThat(message.expiresAt())
                    .as("%s: %s has expired", client.id, message.topic())
                    .isGreaterThan(clock.millis());
        }
    }

    /** Retain flag, no-local, identifiers (MQTT 5, sections 3.3.1.3, 3.8.3.1 and 3.3.4). */
    private void checkFlags(Delivery delivery) {
        Message message = delivery.message();
        String topic = message.topic();
        String share = SimOptions.shareOf(delivery.subscriptionIds());
        List<SimOptions> matching = client.matching(topic, share);
        String what = client.id + ": " + topic + " " + SimMessages.name(message) + share;
        assertThat(matching.stream().map(SimOptions::identifier))
                .as("%s: identifiers", what)
                .contains(Arrays.stream(delivery.subscriptionIds()).boxed().toArray(Integer[]::new));
        assertThat(delivery.subscriptionIds()).as("%s: identifiers", what).isNotEmpty();
        boolean inSnapshot = message.entry() != null && delivery.change() == 0;
        if (inSnapshot) {
            snapshot.add(SimOptions.FILTERS[delivery.subscriptionIds()[0] - 1] + " " + topic);
            assertThat(delivery.retain()).as("%s: retain in a snapshot", what).isTrue();
            assertThat(matching.stream()
                            .filter(options -> options.identifier() == delivery.subscriptionIds()[0])
                            .anyMatch(options -> options.handling() < 2))
                    .as("%s: a snapshot that was asked for", what)
                    .isTrue();
            return;
        }
        boolean asPublished = matching.stream()
                .filter(options -> has(delivery, options.identifier()))
                .anyMatch(SimOptions::retainAsPublished);
        assertThat(delivery.retain()).as("%s: retain as published", what).isEqualTo(message.retained() && asPublished);
        if (share.isEmpty()) {
            assertThat(client.silent(SimMessages.name(message)))
                    .as("%s: no-local", what)
                    .isFalse();
        }
    }

    private static boolean has(Delivery delivery, int identifier) {
        return Arrays.stream(delivery.subscriptionIds()).anyMatch(id -> id == identifier);
    }

    /** Each subscription that matches has its identifier there (MQTT 5, section 3.3.4). */
    private void checkIdentifiers(Delivery delivery, Entry entry) {
        for (SimClient.Sub sub : client.subs.values()) {
            if (client.mustGet(sub, entry)) {
                assertThat(has(delivery, sub.options.identifier()))
                        .as("%s: the identifier of %s", client.id, sub.filter.text())
                        .isTrue();
            }
        }
    }

    private void checkOrder(Delivery delivery) {
        String name = delivery.message().properties().contentType();
        // A will comes when it comes.
        if (name == null || name.startsWith("w") || client.world.messages.get(name).refused) {
            return;
        }
        assertThat(client.foreign(name))
                .as("%s: %s without a subscription", client.id, name)
                .isFalse();
        String line = name.substring(0, name.indexOf('#')) + SimOptions.shareOf(delivery.subscriptionIds());
        long index = Long.parseLong(name.substring(name.indexOf('#') + 1));
        long before = indexes.getOrDefault(line, 0L);
        assertThat(index).as("%s: %s comes behind #%s", client.id, name, before).isGreaterThanOrEqualTo(before);
        indexes.put(line, index);
        assertThat(fresh.add(name + SimOptions.shareOf(delivery.subscriptionIds())))
                .as("%s: %s comes twice", client.id, name)
                .isTrue();
    }
}
