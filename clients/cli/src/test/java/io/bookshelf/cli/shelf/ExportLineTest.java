package io.bookshelf.cli.shelf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExportLineTest {
    @Test
    void readsEverythingThatAnExportHolds() {
        ExportLine line = ExportLine.parse("{\"key\":\"a/b\",\"base64\":\"AP8=\",\"utf8\":true,\"contentType\":\"t\","
                + "\"responseTopic\":\"r\",\"correlation\":\"AQ==\",\"properties\":[[\"x\",\"1\"],[\"x\",\"2\"]],"
                + "\"expires\":\"2026-11-22T05:08:33Z\",\"version\":\"v\",\"unit\":\"u\",\"time\":\"t\"}");
        assertThat(line.key()).isEqualTo("a/b");
        assertThat(line.value()).containsExactly(0, 0xFF);
        assertThat(line.properties().payloadFormat()).isEqualTo(1);
        assertThat(line.properties().contentType()).isEqualTo("t");
        assertThat(line.properties().responseTopic()).isEqualTo("r");
        assertThat(line.properties().correlationData()).containsExactly(1);
        assertThat(line.properties().user()).hasSize(2);
        assertThat(line.expires()).hasToString("2026-11-22T05:08:33Z");
        assertThat(ExportLine.parse("{\"key\":\"a\",\"masked\":true}").value()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | it is not a JSON object",
                "{\"key\":\"a\" | it is not JSON",
                "{\"key\":\"a\",\"value\":\"1\"} {} | it is not one JSON object",
                "{\"value\":\"1\"} | there is no \"key\"",
                "{\"key\":\"a\"} | there is no \"value\"",
                "{\"key\":\"a\",\"value\":\"\"} | would delete the key",
                "{\"key\":\"a/#\",\"value\":\"1\"} | wildcards",
                "{\"key\":\"$a\",\"value\":\"1\"} | belong to the unit",
                "{\"key\":\"a\",\"value\":1} | \"value\" is a text",
                "{\"key\":\"a\",\"base64\":\"?\"} | not base64",
                "{\"key\":\"a\",\"value\":\"1\",\"expires\":\"soon\"} | \"expires\" is a time",
                "{\"key\":\"a\",\"value\":\"1\",\"properties\":[\"x\"]} | pairs",
                "{\"key\":\"a\",\"value\":\"1\",\"ttl\":1} | there is no field \"ttl\"",
            })
    void saysWhatIsWrongWithALine(String line, String part) {
        assertThatThrownBy(() -> ExportLine.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(part);
    }
}
