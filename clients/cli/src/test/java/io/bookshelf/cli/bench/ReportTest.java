package io.bookshelf.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class ReportTest {
    private static final List<Result> RESULTS = List.of(new Result(
            "puts",
            "4 writers x window 64",
            List.of(new Measure("acknowledged", 98_123.4, "puts/s"), new Measure("generator CPU", 2.345, "µs/put")),
            List.of(new Percentiles("put to acknowledgement", 490_615, 2_510.0, 3_000.4, 4_123.6, 20_000.0)),
            List.of("QoS 1 delivered 1,020 of 100,000 <\"lost\">")));

    @Test
    void alignsFiguresUnderTheirHeads() {
        assertThat(TextReport.of(RESULTS)).isEqualTo("""
                        puts: 4 writers x window 64
                          acknowledged                            98,123 puts/s
                          generator CPU                             2.35 µs/put
                          latency, ms                                p50         p90         p99         max
                          put to acknowledgement                   2.510       3.000       4.124      20.000
                          ! QoS 1 delivered 1,020 of 100,000 <"lost">
                        """);
    }

    @Test
    void writesLatenciesAsMicrosecondsInJson() {
        assertThat(JsonReport.of(RESULTS).replaceAll("\\s+", " "))
                .contains("\"name\" : \"acknowledged\", \"value\" : 98123.4, \"unit\" : \"puts/s\"")
                .contains("\"count\" : 490615, \"p50_us\" : 2510.0, \"p90_us\" : 3000.4, \"p99_us\" : 4123.6")
                .contains("\"problems\" : [ \"QoS 1 delivered 1,020 of 100,000 <\\\"lost\\\">\" ]");
    }

    @Test
    void drawsAWellFormedPictureWhateverANameHolds() throws Exception {
        String svg = SvgReport.of(RESULTS);
        javax.xml.parsers.DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new java.io.ByteArrayInputStream(svg.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThat(svg).contains("prefers-color-scheme: dark").contains("&lt;\"lost\"&gt;");
    }
}
