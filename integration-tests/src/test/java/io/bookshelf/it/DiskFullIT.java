package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A disk that is full: writes are refused, nothing acknowledged is lost, and room is enough to go on. Needs root. */
final class DiskFullIT {
    private static final String FILLER = "x".repeat(20_000);

    @RegisterExtension
    final Units units = Units.perTest();

    @Test
    void refusesWritesServesReadsAndRecoversWithoutARestart() throws Exception {
        UnitProcess unit = units.create("");
        Files.createDirectories(unit.data());
        system("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", unit.data().toString());
        try {
            Path ballast = unit.data().resolve("ballast");
            Files.write(ballast, new byte[8 << 20]);
            unit.start();
            Map<String, String> kept = fill(unit);
            assertThat(kept).as("written before the disk was full").hasSizeGreaterThan(50);
            assertOldClientsAreClosed(unit);
            assertStored(unit, kept);
            assertHealthSays(unit, "\"writable\":\\s*false");
            deleteSome(unit, kept);
            assertStored(unit, kept);
            Files.delete(ballast);
            RawMqtt writer = units.client(unit, Connect.v5("after"));
            await("writes are taken again")
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> writer.put("full/again", FILLER).reason() < 0x80);
            kept.put("full/again", FILLER);
            assertHealthSays(unit, "\"writable\":\\s*true");
            assertStored(unit, kept);
            unit.kill9();
            unit.start();
            assertStored(unit, kept);
        } finally {
            unit.close();
            system("umount", unit.data().toString());
        }
    }

    private static void system(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor())
                .as(String.join(" ", command) + " (this test needs root): " + said)
                .isZero();
    }

    /** Writes until the unit says that the disk is full; returns what it acknowledged. */
    private Map<String, String> fill(UnitProcess unit) {
        RawMqtt writer = units.client(unit, Connect.v5("filler"));
        Map<String, String> kept = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            String key = "full/" + i;
            String value = i + FILLER;
            int reason = writer.put(key, value).reason();
            if (reason >= 0x80) {
                assertThat(reason).as("quota exceeded").isEqualTo(0x97);
                writer.publish(key, value, 2, true, 5);
                int second = writer.expect(Packet.PUBREC).reason();
                if (second >= 0x80) {
                    assertThat(second).isEqualTo(0x97);
                    writer.pingPong();
                    return kept;
                }
                // The unit has found some room in its own files meanwhile: not full yet.
                writer.ack(Packet.PUBREL, 5);
                writer.expect(Packet.PUBCOMP);
            }
            kept.put(key, value);
        }
        throw new AssertionError("60 MB fitted into 24 MB");
    }

    private void assertOldClientsAreClosed(UnitProcess unit) {
        RawMqtt old = units.client(unit, Connect.v4("old"));
        old.publish("full/old", FILLER, 1, true, 1);
        Packet packet = old.next(RawMqtt.PATIENCE);
        assertThat(packet).as("no acknowledgement, but the end").isNull();
    }

    private void deleteSome(UnitProcess unit, Map<String, String> kept) {
        RawMqtt writer = units.client(unit, Connect.v5("deleter"));
        for (int i = 0; i < 20; i++) {
            String key = "full/" + i;
            assertThat(writer.put(key, "").reason()).as("deletes still work").isLessThan(0x80);
            kept.remove(key);
        }
    }

    private void assertStored(UnitProcess unit, Map<String, String> kept) {
        Map<String, String> stored = new HashMap<>();
        try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5(""))) {
            reader.snapshot(0, "full/#").forEach(packet -> stored.put(packet.topic(), packet.text()));
        }
        assertThat(stored.equals(kept))
                .as("exactly what was acknowledged: %s stored, %s kept", stored.keySet(), kept.keySet())
                .isTrue();
    }

    private void assertHealthSays(UnitProcess unit, String pattern) {
        await("$bookshelf/health says " + pattern)
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5(""))) {
                        assertThat(reader.snapshot(0, "$bookshelf/health"))
                                .singleElement()
                                .satisfies(packet -> assertThat(packet.text()).containsPattern(pattern));
                    }
                });
    }
}
