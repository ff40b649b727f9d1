package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same daemon in four languages ({@code clients/examples}): its table, and its view of all, outlive its unit. */
@Order(3)
final class ExamplesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    final Units units = Units.perTest();

    private final Map<String, String> truth = new TreeMap<>();

    @ParameterizedTest
    @EnumSource
    void endsWithTheTruthWhateverHappensToItsUnit(Example example) throws Exception {
        Path folder = units.folder();
        UnitProcess unit = units.createIn(folder, "");
        unit.start();
        RawMqtt others = units.client(unit, Connect.v5("others"));
        write(others, "hall/leftover", "{\"name\":\"of an earlier run\"}");
        write(others, "attic/a1", "{\"name\":\"tablet\"}");

        ExampleDaemon daemon = units.closing(new ExampleDaemon(example, unit, "hall", folder));
        daemon.type("+ m1 {\"name\":\"phone\"}", "+ m2 {\"name\":\"printer\"}");
        truth.put("hall/m1", "{\"name\":\"phone\"}");
        truth.put("hall/m2", "{\"name\":\"printer\"}");
        agree(unit, daemon);
        daemon.type(".");
        truth.remove("hall/leftover");
        agree(unit, daemon);
        awaitPresence(unit, "online");

        write(others, "attic/a2", "{\"name\":\"television\"}");
        delete(others, "attic/a1");
        daemon.type("- m2", "+ m1 {\"name\":\"phone\",\"signal\":-50}");
        truth.remove("hall/m2");
        truth.put("hall/m1", "{\"name\":\"phone\",\"signal\":-50}");
        agree(unit, daemon);

        tellOfNewsAndTheLossAtOnce(unit, daemon);
        unit.start();
        agree(unit, daemon);

        feedAndKill(example, unit, daemon);
        meanwhile(folder);
        unit.start();
        agree(unit, daemon);
        awaitPresence(unit, "online");

        String tooLong = "m".repeat(600);
        daemon.type("+ " + tooLong + " {}", "+ m4 {}", "- m3");
        truth.put("hall/m4", "{}");
        truth.remove("hall/m3");
        agree(unit, daemon);

        daemon.close();
        awaitPresence(unit);
    }

    /** The daemon is asleep when its unit is killed, and finds news and a broken connection when it wakes. */
    private void tellOfNewsAndTheLossAtOnce(UnitProcess unit, ExampleDaemon daemon) {
        try (Asleep asleep = daemon.asleep()) {
            unit.kill9();
            daemon.type("+ n1 {}", "+ n2 {}", "+ n3 {}", "- n1");
        }
        truth.put("hall/n2", "{}");
        truth.put("hall/n3", "{}");
    }

    /** Kills the unit in the midst of writes, so that some are not acknowledged; the table changes meanwhile, too. */
    private void feedAndKill(Example example, UnitProcess unit, ExampleDaemon daemon) {
        for (int n = 0; n < example.burst; n++) {
            daemon.type("+ b" + n + " {\"n\":" + n + "}");
            truth.put("hall/b" + n, "{\"n\":" + n + "}");
        }
        await("the daemon is writing").atMost(PATIENCE).until(() -> daemon.table()
                .containsKey("hall/b1"));
        unit.kill9();
        daemon.type("- m1", "+ m3 {\"name\":\"new\"}", "- b0");
        truth.remove("hall/m1");
        truth.remove("hall/b0");
        truth.put("hall/m3", "{\"name\":\"new\"}");
    }

    /** What the same unit is told on another address, while the daemon waits for it on the old one. */
    private void meanwhile(Path folder) {
        UnitProcess elsewhere = units.createIn(folder, "");
        elsewhere.start();
        RawMqtt others = units.client(elsewhere, Connect.v5("others"));
        delete(others, "attic/a2");
        write(others, "attic/a3", "{\"name\":\"lamp\"}");
        // somebody tampers with rows that are the daemon's
        others.put("clients/hall/b1", "{\"n\":\"wrong\"}");
        others.put("clients/hall/stray", "{}");
        others.put("presence/hall", "");
        elsewhere.kill9();
    }

    private void write(RawMqtt client, String row, String value) {
        client.put("clients/" + row, value);
        truth.put(row, value);
    }

    private void delete(RawMqtt client, String row) {
        client.put("clients/" + row, "");
        truth.remove(row);
    }

    /** The unit holds the truth, and the daemon has shown it. */
    private void agree(UnitProcess unit, ExampleDaemon daemon) {
        await("the unit holds the truth").atMost(PATIENCE).untilAsserted(() -> assertThat(stored(unit))
                .isEqualTo(truth));
        await("the daemon shows the truth").atMost(PATIENCE).untilAsserted(() -> assertThat(daemon.table())
                .isEqualTo(truth));
    }

    private Map<String, String> stored(UnitProcess unit) {
        try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5(""))) {
            return reader.snapshot(0, "clients/#").stream()
                    .collect(Collectors.toMap(
                            packet -> packet.topic().substring("clients/".length()),
                            Packet::text,
                            (a, b) -> b,
                            TreeMap::new));
        }
    }

    private void awaitPresence(UnitProcess unit, String... expected) {
        await("presence").atMost(PATIENCE).untilAsserted(() -> {
            try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5(""))) {
                assertThat(reader.snapshot(0, "presence/hall"))
                        .extracting(Packet::text)
                        .containsExactly(expected);
            }
        });
    }
}
