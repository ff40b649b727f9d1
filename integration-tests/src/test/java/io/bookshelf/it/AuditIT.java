package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.access.PasswordFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Who changed what decides over others, as whole units record it. */
final class AuditIT {
    private static final String TOPIC = "$bookshelf/audit";

    @RegisterExtension
    final Units units = Units.perTest();

    private static String shown(RawMqtt client) {
        return client.snapshot(0, TOPIC).stream().map(Packet::text).findFirst().orElse("");
    }

    private static String shownTo(UnitProcess unit, String user, String password) {
        try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5("").as(user, password))) {
            return shown(reader);
        }
    }

    @Test
    void whatWasDoneAtOneUnitIsRecordedAtBothAndKeptOverAKill() throws Exception {
        WebNetwork network = new WebNetwork(units, "", "hall", "attic");
        try (RawMqtt local = RawMqtt.connected(network.unit("hall").mqtt(), Connect.v5("local"))) {
            local.put("bookshelf/units/cellar", "{\"retired\":true}");
            local.put("lights/hall", "on");
        }
        String retired = "\"what\":\"unit retired\",\"key\":\"bookshelf/units/cellar\",\"by\":\"\",\"unit\":\"hall\"";
        for (String name : new String[] {"hall", "attic"}) {
            UnitProcess unit = network.unit(name);
            await(name).atMost(RealNetwork.SOON).untilAsserted(() -> {
                try (RawMqtt reader = RawMqtt.connected(unit.mqtt(), Connect.v5("reader"))) {
                    assertThat(shown(reader)).contains(retired).doesNotContain("lights");
                }
            });
            Path file = unit.data().resolve("audit.log");
            assertThat(Files.readString(file)).contains(retired);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        UnitProcess hall = network.unit("hall");
        hall.kill9();
        hall.start();
        await().atMost(RealNetwork.SOON).untilAsserted(() -> {
            try (RawMqtt reader = RawMqtt.connected(hall.mqtt(), Connect.v5("reader"))) {
                assertThat(shown(reader)).contains(retired);
            }
        });
    }

    @Test
    void changedRulesAreRecordedAndShownOnlyToWhoMayReadThem() throws IOException {
        Path folder = units.folder();
        PasswordFile.set(folder.resolve("passwords"), "anna", new char[] {'a'});
        PasswordFile.set(folder.resolve("passwords"), "bert", new char[] {'b'});
        UnitProcess unit = units.createIn(folder, """
            [access]
            password_file = "passwords"
            [[access.rules]]
            user = "anna"
            allow = ["read", "write"]
            topics = ["#", "$bookshelf/#"]
            [[access.rules]]
            user = "bert"
            allow = ["read"]
            topics = ["bookshelf/units/#", "$bookshelf/#"]
            """);
        unit.start();
        RawMqtt anna = units.client(unit, Connect.v5("annas").as("anna", "a"));
        anna.put("bookshelf/units/cellar", "{}");
        anna.put("bookshelf/other", "x");
        PasswordFile.set(folder.resolve("passwords"), "bert", new char[] {'c'});
        await().atMost(RawMqtt.PATIENCE).until(() -> shownTo(unit, "anna", "a").contains("access changed"));
        assertThat(shownTo(unit, "anna", "a"))
                .contains("\"key\":\"bookshelf/units/cellar\",\"by\":\"anna\"")
                .contains("bookshelf/other");
        assertThat(shownTo(unit, "bert", "c"))
                .contains("bookshelf/units/cellar")
                .doesNotContain("bookshelf/other")
                .doesNotContain("access changed");
    }
}
