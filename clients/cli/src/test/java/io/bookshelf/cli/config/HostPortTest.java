package io.bookshelf.cli.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:1883, 127.0.0.1:1883",
        "localhost:0, 127.0.0.1:0",
        "0.0.0.0:65535, 0.0.0.0:65535",
        "[::1]:1883, [::1]:1883",
        "[::]:80, [::]:80",
        "[2001:db8:0:0:1:0:0:0]:1, [2001:db8:0:0:1::]:1",
        "[fe80::a:0:b]:1, [fe80::a:0:b]:1",
        "[1:2:3:4:5:6:7:8]:1, [1:2:3:4:5:6:7:8]:1",
        "[10::100]:1, [10::100]:1",
    })
    void readsAndShowsAnAddress(String written, String shown) {
        assertThat(HostPort.format(HostPort.parse(written))).isEqualTo(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1883",
                ":1883",
                "localhost",
                "localhost:",
                "::1:1883",
                "[::1]",
                "[localhost]:1",
                "a:-1",
                "a:1:2",
                "a b:1",
                "a:1 ",
                "mqtt://a:1",
                "a:65536",
                "a:999999",
                "no-such-host.invalid:1"
            })
    void refusesWhatIsNoAddressOfAListener(String written) {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> HostPort.parse(written))
                .withMessageStartingWith("must ");
    }
}
