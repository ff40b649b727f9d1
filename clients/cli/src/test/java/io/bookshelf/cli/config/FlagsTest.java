package io.bookshelf.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bookshelf.broker.config.BrokerConfig;
import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.node.AccessSettings;
import io.bookshelf.node.CertificateSettings;
import io.bookshelf.node.NodeConfig;
import io.bookshelf.store.Durability;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FlagsTest {
    private static final Flags NONE = new Flags(null, null, null, null, null, null, null, null);
    private static final Settings FILE = new Settings(
            "file",
            Path.of("/file"),
            HostPort.parse("127.0.0.1:1"),
            HostPort.parse("127.0.0.1:2"),
            HostPort.parse("127.0.0.1:5"),
            HostPort.parse("127.0.0.1:7"),
            Path.of("/file-pki"),
            Path.of("/file-peers"),
            CertificateSettings.DEFAULTS,
            Durability.NORMAL,
            true,
            "warn",
            Limits.DEFAULTS,
            List.of("h"),
            List.of("http://o"),
            List.of(Path.of("/keys.toml")),
            AccessSettings.OPEN,
            ClientSettings.NONE);

    @Test
    void flagsWinOverTheFile() {
        Flags flags = new Flags(
                "flag",
                Path.of("/flag"),
                HostPort.parse("127.0.0.1:3"),
                HostPort.parse("127.0.0.1:4"),
                HostPort.parse("127.0.0.1:6"),
                HostPort.parse("127.0.0.1:8"),
                Path.of("/pki"),
                Path.of("/peers"));
        assertThat(flags.over(FILE, environment(Map.of(), Path.of("/home/u"))))
                .isEqualTo(new NodeConfig(
                        new BrokerConfig(
                                "flag",
                                HostPort.parse("127.0.0.1:3"),
                                HostPort.parse("127.0.0.1:4"),
                                HostPort.parse("127.0.0.1:6"),
                                HostPort.parse("127.0.0.1:8"),
                                Limits.DEFAULTS,
                                List.of("h"),
                                List.of("http://o")),
                        Path.of("/flag"),
                        Durability.NORMAL,
                        true,
                        Path.of("/pki"),
                        Path.of("/peers"),
                        CertificateSettings.DEFAULTS,
                        List.of(Path.of("/keys.toml")),
                        AccessSettings.OPEN));
    }

    @Test
    void theFileWinsOverTheDefaults() {
        NodeConfig config = NONE.over(FILE, environment(Map.of(), Path.of("/home/u")));
        assertThat(config.broker().unit()).isEqualTo("file");
        assertThat(config.data()).isEqualTo(Path.of("/file"));
        assertThat(config.broker().mqtt().getPort()).isEqualTo(1);
        assertThat(config.broker().web().getPort()).isEqualTo(2);
        assertThat(config.broker().listen()).isEqualTo(HostPort.parse("127.0.0.1:5"));
        assertThat(config.broker().webTls()).isEqualTo(HostPort.parse("127.0.0.1:7"));
        assertThat(config.pki()).isEqualTo(Path.of("/file-pki"));
        assertThat(config.peers()).isEqualTo(Path.of("/file-peers"));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8883,,,, listen needs pki",
        ", 127.0.0.1:8443,,, web_tls needs pki",
        ",,, p.toml, peers needs pki",
        ",, dir,, pki is of no use alone",
        ",, '', p.toml, --pki must name a folder",
        ",, dir, '', --peers must name a file"
    })
    void whatOnlyHelpsTogetherIsAskedForTogether(
            @Nullable String listen,
            @Nullable String webTls,
            @Nullable String pki,
            @Nullable String peers,
            String mistake) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> new Flags(
                                null,
                                null,
                                null,
                                null,
                                listen == null ? null : HostPort.parse(listen),
                                webTls == null ? null : HostPort.parse(webTls),
                                pki == null ? null : Path.of(pki),
                                peers == null ? null : Path.of(peers))
                        .over(Settings.DEFAULTS, environment(Map.of(), Path.of("/home/u"))))
                .withMessageContaining(mistake);
    }

    @Test
    void aUnitStartsWithoutAnySetting() {
        NodeConfig config = NONE.over(Settings.DEFAULTS, environment(Map.of(), Path.of("/home/u")));
        assertThat(config.broker().unit()).isEqualTo("host.lan");
        assertThat(config.data()).isEqualTo(Path.of("/home/u/.local/state/bookshelf/host.lan"));
        assertThat(config.broker().mqtt()).isEqualTo(HostPort.parse("127.0.0.1:1883"));
        assertThat(config.broker().web()).isEqualTo(HostPort.parse("127.0.0.1:8080"));
        assertThat(config.broker().listen()).isNull();
        assertThat(config.broker().webTls()).isNull();
    }

    @Test
    void browsersAreReasonEnoughForACertificate() {
        Flags flags = new Flags(null, null, null, null, null, HostPort.parse("127.0.0.1:0"), Path.of("/pki"), null);
        NodeConfig config = flags.over(Settings.DEFAULTS, environment(Map.of(), Path.of("/home/u")));
        assertThat(config.broker().webTls()).isEqualTo(HostPort.parse("127.0.0.1:0"));
    }

    @ParameterizedTest
    @CsvSource({"/state, /state/bookshelf/host.lan", "state, /home/u/.local/state/bookshelf/host.lan"})
    void dataGoesUnderTheStateFolderUnlessThatIsRelative(String state, String data) {
        Environment environment = environment(Map.of("XDG_STATE_HOME", state), Path.of("/home/u"));
        assertThat(NONE.over(Settings.DEFAULTS, environment).data()).isEqualTo(Path.of(data));
    }

    @Test
    void homeIsWhereTheVariableSaysItIs() {
        Environment environment = environment(Map.of("HOME", "/elsewhere"), Path.of("/home/u"));
        assertThat(NONE.over(Settings.DEFAULTS, environment).data())
                .isEqualTo(Path.of("/elsewhere/.local/state/bookshelf/host.lan"));
    }

    @Test
    void aUserWithoutAHomeIsAskedForTheDataFolder() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> NONE.over(Settings.DEFAULTS, environment(Map.of(), null)))
                .withMessageContaining("--data");
    }

    @ParameterizedTest
    @CsvSource({"kitchen_2, kitchen_2", "(none), none", "'', unit", "-é-, unit"})
    void aHostNameBecomesAUnitName(String host, String unit) {
        Environment environment = new Environment(Map.of(), Path.of("/home/u"), host);
        assertThat(NONE.over(Settings.DEFAULTS, environment).broker().unit()).isEqualTo(unit);
    }

    @Test
    void readsTheSettingsFileThatTheEnvironmentNames(@TempDir Path home) throws Exception {
        assertThat(environment(Map.of("BOOKSHELF_CONFIG", "/named.toml"), home).settingsFile())
                .isEqualTo(Path.of("/named.toml"));
        assertThat(environment(Map.of(), home).settingsFile()).isNull();
        Path usual = home.resolve(".config/bookshelf/bookshelf.toml");
        Files.createDirectories(usual.getParent());
        Files.createFile(usual);
        assertThat(environment(Map.of(), home).settingsFile()).isEqualTo(usual);
    }

    private static Environment environment(Map<String, String> variables, @Nullable Path home) {
        return new Environment(variables, home, "host.lan");
    }
}
