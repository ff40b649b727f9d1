package io.bookshelf.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bookshelf.broker.access.AccessRule;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.node.AccessSettings;
import io.bookshelf.node.CertificateSettings;
import io.bookshelf.store.Durability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    private static final String EVERYTHING = """
            unit = "attic"
            data = "state"
            mqtt = "[::1]:1884"
            web = "127.0.0.2:0"
            listen = "[::]:8883"
            web_tls = "[::]:8443"
            pki = "pki"
            peers = "../peers.toml"
            catalogue = ["my.keys.toml"]

            [certificates]
            signer = "signer.lan:8884"
            expired_days = 30
            [store]
            durability = "normal"

            [clock]
            trust = "always"

            [log]
            level = "debug"

            [limits]
            key_bytes = 100
            value_bytes = 1_000
            connections = 3
            connect_seconds = 4
            keep_alive_seconds = 5
            receive_maximum = 6
            in_flight = 7
            topic_aliases = 0
            subscriptions = 9
            bus_bytes = 100_000
            memory_bytes = 5_000_000

            [sessions]
            max_age_seconds = 11
            queued_events = 12
            queued_bytes = 13
            event_seconds = 14

            [http]
            hosts = ["attic.lan", "[fe80::1]:8080"]
            origins = ["https://app.example", "http://localhost:5173"]

            [access]
            password_file = "passwords"
            anonymous = true

            [[access.rules]]
            user = "admin"
            allow = ["read", "write"]
            topics = ["#"]

            [[access.rules]]
            client = "sensor"
            allow = ["write"]
            topics = ["clients/%c/#", "home/+/temperature"]
            client_ids = ["sensor"]

            [[access.rules]]
            client_ids = ["%u-*", "probe"]

            [client]
            url = "mqtts://hall.home:8883"
            pki = "anna"
            user = "anna"
            password_file = "secret"
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void readsEverySetting() throws IOException {
        assertThat(load(EVERYTHING))
                .isEqualTo(new Settings(
                        "attic",
                        folder.resolve("state"),
                        HostPort.parse("[::1]:1884"),
                        HostPort.parse("127.0.0.2:0"),
                        HostPort.parse("[::]:8883"),
                        HostPort.parse("[::]:8443"),
                        folder.resolve("pki"),
                        folder.resolve("../peers.toml").normalize(),
                        new CertificateSettings("signer.lan:8884", Duration.ofDays(30)),
                        Durability.NORMAL,
                        true,
                        "debug",
                        new Limits(100, 1_000, 3, 4, 5, 6, 7, 0, 9, 100_000, 11, 12, 13, 14, 5_000_000),
                        List.of("attic.lan", "[fe80::1]:8080"),
                        List.of("https://app.example", "http://localhost:5173"),
                        List.of(folder.resolve("my.keys.toml")),
                        new AccessSettings(
                                folder.resolve("passwords"),
                                true,
                                List.of(
                                        new AccessRule("admin", null, true, true, List.of("#")),
                                        new AccessRule(
                                                null,
                                                "sensor",
                                                false,
                                                true,
                                                List.of("clients/%c/#", "home/+/temperature"),
                                                List.of("sensor")),
                                        new AccessRule(null, null, false, false, List.of(), List.of("%u-*", "probe")))),
                        new ClientSettings(
                                "mqtts://hall.home:8883", folder.resolve("anna"), "anna", folder.resolve("secret"))));
    }

    @Test
    void anEmptyFileSaysTheDefaults() throws IOException {
        assertThat(load("# nothing\n")).isEqualTo(Settings.DEFAULTS);
    }

    @Test
    void aPasswordFileKeepsAnonymousClientsOutUnlessTheFileSaysOtherwise() throws IOException {
        assertThat(load("[access]\npassword_file = \"/p\"").access().anonymous())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "unit = 5 | line 1: unit must be a text in quotes, not 5",
                "unit = \"a/b\" | line 1: unit must be 1 to 63 letters, digits, dots, dashes or underscores, the first a letter or a digit, not \"a/b\"",
                "\\ndata = \" \" | line 2: data must name a folder; leave it out for the default",
                "catalogue = \"my.keys.toml\" | line 1: catalogue must be a list of texts, such as [\"a\", \"b\"], not \"my.keys.toml\"",
                "catalogue = [\"\"] | line 1: catalogue must list files, such as [\"my.keys.toml\"]",
                "mqtt = \"1883\" | line 1: mqtt must be HOST:PORT, such as 127.0.0.1:1883 or [::1]:1883, not \"1883\"",
                "web = \"h:70000\" | line 1: web must have a port from 0 to 65535, not 70000",
                "[web]\\nhosts = [] | line 1: web must be a text in quotes, not a table",
                "unti = \"a\" | line 1: unti is no setting; did you mean unit?",
                "[limit] | line 1: limit is no setting; did you mean limits?",
                "[clock]\\ntrust = \"kernel\"\\nmqtt = \"a:1\" | line 3: clock.mqtt is no setting; known here are trust",
                "[store]\\ndurability = \"off\" | line 2: store.durability must be one of \"full\", \"normal\", not \"off\"",
                "store = 1 | line 1: store must be a table: write [store] on a line of its own",
                "[log]\\nlevel = \"INFO\" | line 2: log.level must be one of \"trace\", \"debug\", \"info\", \"warn\", \"error\", \"off\", not \"INFO\"",
                "[limits]\\nkey_bytes = 0 | line 2: limits.key_bytes must be a whole number from 1 to 65535, not 0",
                "[limits]\\nkey_bytes = 1.5 | line 2: limits.key_bytes must be a whole number from 1 to 65535, not 1.5",
                "limits.key_bytes = \"9\" | line 1: limits.key_bytes must be a whole number from 1 to 65535, not \"9\"",
                "[limits]\\nconnections = 99999999999 | line 2: limits.connections must be a whole number from 1 to 1000000, not 99999999999",
                "[limits]\\nmemory_bytes = 1000 | line 2: limits.memory_bytes must be 0 or at least 1048576, not 1000",
                "[limits]\\nvalue_bytes = 16777216 | line 1: limits.bus_bytes must be at least 16777728, so that limits.key_bytes and limits.value_bytes fit in, not 8388608",
                "[sessions]\\n\\nmax_age_seconds = 0 | line 3: sessions.max_age_seconds must be a whole number from 1 to 315360000, not 0",
                "[http]\\nhosts = \"a\" | line 2: http.hosts must be a list of texts, such as [\"a\", \"b\"], not \"a\"",
                "[http]\\nhosts = [\"a\", 1] | line 2: http.hosts must be a list of texts, such as [\"a\", \"b\"], not a list",
                "[http]\\norigins = [\"null\"] | line 2: http.origins must list origins, such as \"https://app.example\", not \"null\"",
                "[access]\\nanonymous = \"no\" | line 2: access.anonymous must be true or false, not \"no\"",
                "[access]\\nanonymous = false | line 2: access.anonymous is false, so access.password_file must name a file: nobody could come in",
                "[access.rules]\\nuser = \"a\" | line 1: access.rules must be a list of tables: write [[access.rules]] above each",
                "[[access.rules]]\\nuser = \"a\" | line 2: access.rules[1].user needs access.password_file: without it nobody proves who they are",
                "[[access.rules]]\\nallow = [\"read\"]\\ntopics = [\"a\"]\\n[[access.rules]]\\nallow = [\"raed\"] | line 5: access.rules[2].allow must be [\"read\"], [\"write\"] or [\"read\", \"write\"]",
                "[[access.rules]]\\nallow = [\"read\"] | line 1: access.rules[1].topics must list topic filters, such as [\"lights/#\"]",
                "[[access.rules]]\\nallow = [\"read\"]\\ntopics = [\"a/#/b\"] | line 3: access.rules[1].topics has \"a/#/b\", which is no topic filter: # ends it, and # and + fill a level",
                "[[access.rules]]\\nclient_ids = [\"a*b\"] | line 2: access.rules[1].client_ids has \"a*b\", which has a * that is not at its end: write client ids such as \"sensor-1\", or \"sensor-*\"",
                "[[access.rules]]\\nclient_ids = [\"\"] | line 2: access.rules[1].client_ids has \"\", which is empty; leave it out: write client ids such as \"sensor-1\", or \"sensor-*\"",
                "[[access.rules]]\\nclient_ids = [\"%u\"] | line 2: access.rules[1].client_ids has %u, which needs access.password_file: without it nobody proves who they are",
                "[[access.rules]]\\nclient_ids = \"a\" | line 2: access.rules[1].client_ids must be a list of texts, such as [\"a\", \"b\"], not \"a\"",
                "[[access.rules]]\\nclient_ids = [\"a\"]\\nallow = [\"read\"] | line 1: access.rules[1].topics must list topic filters, such as [\"lights/#\"]",
                "[[access.rules]]\\ntopic = [\"a\"] | line 2: access.rules[1].topic is no setting; did you mean access.rules[1].topics?",
            })
    void eachMistakeGetsItsSentence(String text, String sentence) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load(text.replace("\\n", "\n")))
                .withMessage(folder.resolve("bookshelf.toml") + ", " + sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "unit = \"a\"\\nmqtt \"b\" | 2",
                "unit = | 1",
                "\\n[store\\n | 2",
                "unit = \"a\\nb\" | 1",
                "unit = \"a\"\\nunit = \"b\" | 2",
                "unit = 2026-99-99 | 1",
                "unit = 1e | 1",
            })
    void namesTheLineThatIsNoToml(String text, int line) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load(text.replace("\\n", "\n")))
                .withMessageStartingWith(folder.resolve("bookshelf.toml") + ", line " + line + ": ");
    }

    @Test
    void anAbsentFileIsNamed() {
        Path absent = folder.resolve("absent.toml");
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ConfigFile.load(absent))
                .withMessage("there is no file " + absent + ": make it, or name another with --config");
    }

    @Test
    void aFileThatIsNoTextIsNamed() throws IOException {
        Path file = folder.resolve("bookshelf.toml");
        Files.write(file, new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> ConfigFile.load(file))
                .withMessage(file + " is not UTF-8 text: save it as UTF-8");
    }

    private Settings load(String text) throws IOException {
        Path file = folder.resolve("bookshelf.toml");
        Files.writeString(file, text);
        return ConfigFile.load(file);
    }
}
