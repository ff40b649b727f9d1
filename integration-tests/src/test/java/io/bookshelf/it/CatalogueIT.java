package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a unit says of the keys that there are. */
final class CatalogueIT {
    private static final String CONFIG = "catalogue = [\"vendor.keys.toml\"]\n";

    @RegisterExtension
    final Units units = Units.perTest();

    private UnitProcess unit(String type) throws Exception {
        Path folder = units.folder();
        Files.writeString(folder.resolve("vendor.keys.toml"), """
                [[keys]]
                pattern = "local/vendor/{path...}"
                says = "Ours."
                type = "%s"
                owner = "us"
                sensitivity = "personal"
                example = "on"
                """.formatted(type));
        return units.createIn(folder, CONFIG);
    }

    @Test
    void itDescribesItsOwnKeysAndTheVendors() throws Exception {
        UnitProcess unit = unit("text");
        unit.start();
        RawMqtt client = units.client(unit, Connect.v5("reader"));
        List<Packet> all = client.snapshot(0, "$bookshelf/catalogue/#");
        assertThat(all.stream().map(Packet::topic))
                .contains(
                        "$bookshelf/catalogue/private/wifi/{network}/password",
                        "$bookshelf/catalogue/clients/{unit}/{mac}",
                        "$bookshelf/catalogue/local/vendor/{path...}");
        assertThat(client.snapshot(0, "$bookshelf/catalogue/private/wifi/{network}/password"))
                .singleElement()
                .extracting(Packet::text)
                .isEqualTo(
                        "{\"pattern\":\"private/wifi/{network}/password\",\"says\":\"The password of a WiFi network.\","
                                + "\"type\":\"text\",\"owner\":\"app\",\"scope\":\"units\",\"sensitivity\":\"secret\","
                                + "\"example\":\"correct horse battery staple\"}");
        assertThat(client.snapshot(0, "$bookshelf/catalogue/local/#"))
                .extracting(Packet::text)
                .anySatisfy(text -> assertThat(text).contains("\"says\":\"Ours.\"", "\"scope\":\"unit\""));
        assertThat(client.snapshot(0, "#")).isEmpty();
        assertThat(client.put("$bookshelf/catalogue/mine", "x").reason()).isEqualTo(0x87);
    }

    @Test
    void aBrokenFileIsOneSentenceThatNamesIt() throws Exception {
        UnitProcess unit = unit("string");
        Process process = unit.launch(unit.arguments());
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(Files.readString(unit.stderr())
                        .lines()
                        .filter(line -> !line.contains(" INFO "))
                        .toList())
                .singleElement()
                .asString()
                .contains("vendor.keys.toml: local/vendor/{path...}: type must be one of \"text\", \"json\"");
    }
}
