package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Acknowledged means kept: kill -9 at random points under load. */
@Order(2)
final class KillIT {
    private static final int KILLS =
            Integer.getInteger("bookshelf.kills", Boolean.getBoolean("bookshelf.full") ? 200 : 30);
    private static final int WRITERS = 4;

    @RegisterExtension
    final Units units = Units.perTest();

    private record Stored(String value, String version) {}

    @Test
    void losesNoAcknowledgedWriteAndUndoesNoAcknowledgedDelete() throws Exception {
        long seed = Long.getLong("bookshelf.seed", System.nanoTime());
        System.out.println("KillIT: -Dbookshelf.seed=" + seed);
        Random random = new Random(seed);
        UnitProcess unit = units.start();
        Map<String, Stored> before = new HashMap<>();
        for (int round = 0; round < KILLS; round++) {
            List<LoadWriter> writers = loadAndKill(unit, random, round, before);
            unit.start();
            Map<String, Stored> after = read(unit);
            String where = "seed " + seed + ", kill " + round;
            for (LoadWriter writer : writers) {
                writer.histories()
                        .forEach((key, history) -> assertThat(after.getOrDefault(key, new Stored("", "")).value)
                                .as(where + ", " + key)
                                .isIn(history.possible()));
            }
            assertVersionsGrow(where, before, after);
            before = after;
        }
        assertNothingWasSetAside(unit);
    }

    private List<LoadWriter> loadAndKill(UnitProcess unit, Random random, int round, Map<String, Stored> stored)
            throws InterruptedException {
        Map<String, String> values = new HashMap<>();
        stored.forEach((key, value) -> values.put(key, value.value));
        CountDownLatch acknowledgements = new CountDownLatch(1 + random.nextInt(4_000));
        List<LoadWriter> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            RawMqtt client = units.client(unit, Connect.of(4 + i / 2, "writer" + i));
            writers.add(new LoadWriter(
                    client, "kill/" + i, 1 + i % 2, new Random(random.nextLong()), values, acknowledgements));
        }
        for (LoadWriter writer : writers) {
            writer.start(round);
        }
        assertThat(acknowledgements.await(60, TimeUnit.SECONDS)).isTrue();
        unit.kill9();
        for (LoadWriter writer : writers) {
            writer.join();
        }
        return writers;
    }

    private Map<String, Stored> read(UnitProcess unit) {
        Map<String, Stored> all = new HashMap<>();
        try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5("reader"))) {
            for (Packet packet : reader.snapshot(0, "kill/#")) {
                String version = packet.props().user("bookshelf-version");
                assertThat(version).isNotNull();
                assertThat(all.put(packet.topic(), new Stored(packet.text(), "" + version)))
                        .as("each key once")
                        .isNull();
            }
        }
        return all;
    }

    private static void assertVersionsGrow(String where, Map<String, Stored> before, Map<String, Stored> after) {
        after.forEach((key, now) -> {
            Stored earlier = before.get(key);
            if (earlier == null) {
                return;
            }
            assertThat(now.version).as(where + ", version of " + key).isGreaterThanOrEqualTo(earlier.version);
            assertThat(now.version.equals(earlier.version))
                    .as(where + ", a new version for a new value of " + key)
                    .isEqualTo(now.value.equals(earlier.value));
        });
    }

    private static void assertNothingWasSetAside(UnitProcess unit) {
        assertThat(unit.data().resolve("state.db")).exists();
        assertThat(unit.data().resolve("set-aside"))
                .as("the file always opened")
                .doesNotExist();
    }
}
