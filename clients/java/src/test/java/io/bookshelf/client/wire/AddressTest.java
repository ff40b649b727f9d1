package io.bookshelf.client.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "mqtt://hall, mqtt://hall:1883",
        "hall:1884, mqtt://hall:1884",
        "mqtts://hall.home/, mqtts://hall.home:8883",
        "MQTT://[fe80::1]:1, mqtt://[fe80::1]:1",
        "ws://hall, ws://hall:80/mqtt",
        "wss://hall:8443/, wss://hall:8443/mqtt",
        "ws://hall/other/path, ws://hall:80/other/path",
    })
    void readsUrls(String url, String whole) {
        assertThat(Address.parse(url)).hasToString(whole);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mqtt://",
                "http://hall",
                "http://hall:1",
                "mqtt://hall:0",
                "mqtt://hall:70000",
                "mqtt://a b",
                "mqtt://hall/path",
                "mqtt://anna:secret@hall",
                "wss://hall/mqtt?x=1"
            })
    void refusesWhatIsNone(String url) {
        assertThatThrownBy(() -> Address.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"" + url + "\"");
    }
}
