package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Bytes of a closed store file change: nothing is ever served that nobody wrote, the unit starts, and what is gone is said.
 * The newest of a key may be what is gone; then its earlier value may come back, where that is whole.
 */
final class RowDamageIT {
    private static final int FILES = Boolean.getBoolean("bookshelf.full") ? 200 : 25;
    private static final int FLIPS = 4;
    private static final int KEYS = 300;
    private static final int WRITTEN_TWICE = 100;
    private static final int DELETED = 50;
    private static final int LOST = 10;

    @RegisterExtension
    final Units units = Units.perTest();

    @Test
    void neverServesAWrongValue() throws Exception {
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        System.out.println("RowDamageIT: -Dbookshelf.seed=" + seed);
        Random random = new Random(seed);
        UnitProcess whole = units.start();
        RawMqtt writer = units.client(whole, Connect.v5("w"));
        Map<String, List<String>> values = new HashMap<>();
        for (int i = 0; i < KEYS + WRITTEN_TWICE; i++) {
            String key = "damage/" + i % KEYS;
            String value = i + ":" + Long.toHexString(random.nextLong()).repeat(1 + random.nextInt(20));
            writer.put(key, value);
            values.computeIfAbsent(key, any -> new ArrayList<>()).add(value);
        }
        for (int i = 0; i < DELETED; i++) {
            writer.put("damage/" + i, "");
        }
        assertThat(whole.terminate()).isZero();
        Path file = whole.data().resolve("state.db");
        try (ExecutorService executor = Executors.newFixedThreadPool(2)) {
            List<Future<?>> checks = new ArrayList<>();
            for (int i = 0; i < FILES; i++) {
                UnitProcess unit = units.create("");
                Files.createDirectories(unit.data());
                Path copy = Files.copy(file, unit.data().resolve("state.db"));
                String flips = flip(copy, random);
                String what = "seed " + seed + ", file " + i + ", " + flips;
                checks.add(executor.submit(() -> {
                    check(what, unit, values);
                    return null;
                }));
            }
            for (Future<?> check : checks) {
                check.get();
            }
        }
    }

    /** Numbers of the sequence that were lost are given again, and a session that had come further must not pass over them. */
    @Test
    void aReturningSessionGetsWhatIsWrittenAfterTheEndOfTheLogWasLost() throws Exception {
        UnitProcess unit = units.start();
        Connect durable = Connect.v5("reader").durable();
        RawMqtt reader = units.client(unit, durable);
        reader.subscribe(1, "before/#", "after/#");
        RawMqtt writer = units.client(unit, Connect.v5("w"));
        for (int i = 0; i < LOST; i++) {
            writer.put("before/" + i, "x");
            reader.ack(Packet.PUBACK, reader.expect(Packet.PUBLISH).id());
        }
        reader.disconnect();
        assertThat(unit.terminate()).isZero();
        try (Connection db =
                        DriverManager.getConnection("jdbc:sqlite:" + unit.data().resolve("state.db"));
                Statement damage = db.createStatement()) {
            assertThat(damage.executeUpdate("UPDATE log SET batch=zeroblob(length(batch))"))
                    .isEqualTo(LOST);
        }
        unit.start();
        for (int i = 0; i < LOST; i++) {
            units.client(unit, Connect.v5("w")).put("after/" + i, "y");
        }
        RawMqtt again = units.client(unit, durable);
        for (int i = 0; i < LOST; i++) {
            Packet packet = again.expect(Packet.PUBLISH);
            assertThat(packet.topic()).isEqualTo("after/" + i);
            again.ack(Packet.PUBACK, packet.id());
        }
    }

    /** Changes a few bytes; says which. */
    private static String flip(Path file, Random random) throws IOException {
        StringBuilder flips = new StringBuilder();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (int i = 0; i < FLIPS; i++) {
                long at = random.nextLong(channel.size());
                ByteBuffer one = ByteBuffer.allocate(1);
                channel.read(one, at);
                int change = 1 + random.nextInt(255);
                one.put(0, (byte) (one.get(0) ^ change));
                channel.write(one.rewind(), at);
                flips.append("byte ").append(at).append(" ^ ").append(change).append(' ');
            }
        }
        return flips.toString();
    }

    private static void check(String what, UnitProcess unit, Map<String, List<String>> values) {
        try (unit) {
            unit.start();
            Map<String, String> served = new HashMap<>();
            try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5("r"))) {
                reader.snapshot(0, "#").forEach(packet -> served.put(packet.topic(), packet.text()));
            }
            served.forEach((key, value) ->
                    assertThat(values.get(key)).as(what + ": " + key).contains(value));
            if (!served.equals(newest(values))) {
                await(what + ": something is not the newest, and health says so")
                        .atMost(Duration.ofSeconds(20))
                        .until(() -> healthKnows(unit));
            }
            try (RawMqtt client = RawMqtt.connected(unit.mqtt(), Connect.v5("w"))) {
                assertThat(client.put("damage/after", "works").reason())
                        .as(what)
                        .isLessThan(0x80);
            }
        }
    }

    private static Map<String, String> newest(Map<String, List<String>> values) {
        Map<String, String> newest = new HashMap<>();
        values.forEach((key, written) -> newest.put(key, written.getLast()));
        for (int i = 0; i < DELETED; i++) {
            newest.remove("damage/" + i);
        }
        return newest;
    }

    private static boolean healthKnows(UnitProcess unit) {
        try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5("h"))) {
            return reader.snapshot(0, "$bookshelf/health").stream()
                    .map(Packet::text)
                    .anyMatch(json -> json.matches("(?s).*\"(damagedRows|missingRows)\":\\s*[1-9].*")
                            || json.matches("(?s).*\"filesSetAside\":\\s*\\[\\s*\".*"));
        }
    }
}
