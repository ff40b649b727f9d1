package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.catalogue.Catalogue;
import io.bookshelf.catalogue.CatalogueText;
import io.bookshelf.catalogue.KeyDescription;
import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.Entry;
import io.bookshelf.client.pattern.Counter;
import io.bookshelf.client.pattern.Leader;
import io.bookshelf.client.pattern.Lease;
import io.bookshelf.client.pattern.MergedSet;
import io.bookshelf.client.pattern.Presence;
import io.bookshelf.client.pattern.Rollout;
import io.bookshelf.client.pattern.Services;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a unit says of the keys that there are. */
final class CatalogueIT {
    private static final String CONFIG = "catalogue = [\"vendor.keys.toml\"]\n";

    private static final Duration LONG = Duration.ofMinutes(10);

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
    void itSaysOfTheKeysOfThePatternsWhatTheLibraryWrites() throws Exception {
        UnitProcess unit = unit("text");
        unit.start();
        ConnectOptions there = Bookshelf.at("mqtt://127.0.0.1:" + unit.mqtt().getPort());
        Bookshelf shelf = units.closing(there.connect());
        units.closing(Presence.announce(there, "hall", "online", LONG));
        units.closing(Lease.take(shelf, "dhcp", "hall", LONG, () -> {}).orElseThrow());
        units.closing(Leader.stand(shelf, "channels", "hall", 10, LONG, leads -> {}));
        units.closing(Counter.open(shelf, "restarts", "hall", LONG)).add(1);
        units.closing(new MergedSet(shelf, "blocked", "hall")).add("tablet");
        units.closing(Services.offer(shelf, "dns", "hall", "192.168.1.2:53", LONG));
        Rollout rollout = units.closing(new Rollout(shelf, "update"));
        rollout.propose("firmware 2.1");
        await().until(() -> rollout.plan().isPresent());
        rollout.ready("hall");
        rollout.go();
        await("all has been written").until(() -> shelf.list("#").size() == 9);
        Catalogue catalogue;
        try (InputStream text = Catalogue.class.getResourceAsStream("bookshelf.keys.toml")) {
            catalogue = CatalogueText.parse(new String(text.readAllBytes(), StandardCharsets.UTF_8));
        }
        for (Entry entry : shelf.list("#")) {
            KeyDescription described = catalogue.find(entry.key()).orElseThrow(() -> new AssertionError(entry.key()));
            assertThat(entry.text())
                    .as(entry.key())
                    .matches(
                            switch (described.type()) {
                                case INTEGER -> "-?\\d+";
                                case TEXT -> "[^{\\[\"].*";
                                default -> throw new AssertionError(entry.key() + " is called " + described.type());
                            });
        }
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
