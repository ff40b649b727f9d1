package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber that keeps the last value it saw of every key and fails when a version runs back. A slow one reads a few
 * bytes each time that it is given leave to.
 */
final class Follower {
    private record Seen(String value, @Nullable String version) {}

    private final String name;
    private final RawMqtt client;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    Follower(String name, RawMqtt client) {
        this.name = name;
        this.client = client;
    }

    /** Reads at most so many bytes a permit until the writers are done. */
    void readSlowly(Semaphore permits, int bytes, BooleanSupplier writersAreDone) throws IOException {
        while (!writersAreDone.getAsBoolean()) {
            permits.acquireUninterruptibly();
            try {
                if (!client.fill(Duration.ofMillis(100), bytes)) {
                    throw new AssertionError(name + " was cut off");
                }
            } catch (SocketTimeoutException nothingForMe) {
                continue;
            }
            for (Packet packet = client.parse(); packet != null; packet = client.parse()) {
                take(packet);
            }
        }
    }

    /** Reads until the condition holds; fails when nothing has come for a while and it still does not hold. */
    void readUntil(BooleanSupplier condition) {
        long quietSince = System.nanoTime();
        while (!condition.getAsBoolean()) {
            Packet packet = client.poll(Duration.ofMillis(100));
            if (packet != null) {
                take(packet);
                quietSince = System.nanoTime();
            } else if (System.nanoTime() - quietSince > RawMqtt.PATIENCE.toNanos()) {
                throw new AssertionError(name + ": nothing more comes, last seen: " + values());
            }
        }
    }

    /** Reads until every key has the value it should have, and then what comes before a ping's answer. */
    void readUntilItHas(CompletableFuture<Map<String, String>> stored) {
        readUntil(() -> stored.isDone() && values().equals(stored.join()));
        client.ping();
        Packet packet = client.answer();
        while (packet.type() != Packet.PINGRESP) {
            take(packet);
            packet = client.answer();
        }
        assertThat(values()).as(name).isEqualTo(stored.join());
    }

    private void take(Packet packet) {
        if (packet.type() != Packet.PUBLISH) {
            return;
        }
        if (packet.qos() == 1) {
            client.ack(Packet.PUBACK, packet.id());
        }
        Seen now = new Seen(packet.text(), packet.props().user("bookshelf-version"));
        Seen earlier = seen.put(packet.topic(), now);
        if (earlier != null && earlier.version != null) {
            assertThat(now.version)
                    .as("%s: %s after %s", name, now, earlier)
                    .isNotNull()
                    .isGreaterThanOrEqualTo(earlier.version);
        }
    }

    int count() {
        return seen.size();
    }

    Map<String, String> values() {
        Map<String, String> values = new ConcurrentHashMap<>();
        seen.forEach((key, value) -> {
            if (!value.value.isEmpty()) {
                values.put(key, value.value);
            }
        });
        return values;
    }
}
