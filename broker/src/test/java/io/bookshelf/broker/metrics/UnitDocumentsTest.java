package io.bookshelf.broker.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.store.Head;
import io.bookshelf.store.StoreHealth;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UnitDocumentsTest {
    private final UnitDocuments documents = new UnitDocuments();

    @Test
    void saysWhatTheUnitIs() {
        Map<String, String> listeners = new LinkedHashMap<>();
        listeners.put("mqtt", "127.0.0.1:1883");
        listeners.put("web", "[::1]:8080");
        UnitDocuments.Unit unit = new UnitDocuments.Unit(
                "at\"tic",
                "home",
                0x8f14e45fceea167aL,
                "1.2",
                1_767_225_600_123L,
                listeners,
                Map.of("valueBytes", 262_144L));

        assertThat(documents.unit(unit))
                .isEqualTo(
                        "{\"name\":\"at\\\"tic\",\"network\":\"home\",\"replica\":\"8f14e45fceea167a\",\"version\":\"1.2\","
                                + "\"started\":\"2026-01-01T00:00:00.123Z\",\"protocols\":[\"3.1\",\"3.1.1\",\"5.0\"],"
                                + "\"listeners\":{\"mqtt\":\"127.0.0.1:1883\",\"web\":\"[::1]:8080\"},"
                                + "\"limits\":{\"valueBytes\":262144}}");
    }

    @Test
    void saysHowTheStoreIs() {
        StoreHealth well = new StoreHealth(true, "", 0, 0, List.of(), 0, 0, 4_096);
        assertThat(documents.health(well, new Head(12, 0, 0, 0, 0, 10), List.of(), Map.of()))
                .isEqualTo("{\"status\":\"ok\",\"writable\":true,\"problem\":\"\",\"damagedRows\":0,\"missingRows\":0,"
                        + "\"salvagedRows\":0,\"filesSetAside\":[],\"lastCheck\":null,\"diskBytes\":4096,"
                        + "\"keys\":10,\"sequence\":12,\"warnings\":[],\"lastInSync\":{}}");

        StoreHealth full =
                new StoreHealth(false, "the disk is full", 1, 2, List.of("a.db", "b.db"), 3, 1_767_225_600_000L, 4_096);
        assertThat(documents.health(full, Head.EMPTY, List.of("a warning"), Map.of("hall", 0L)))
                .isEqualTo("{\"status\":\"degraded\",\"writable\":false,\"problem\":\"the disk is full\","
                        + "\"damagedRows\":1,\"missingRows\":2,\"salvagedRows\":3,"
                        + "\"filesSetAside\":[\"a.db\",\"b.db\"],\"lastCheck\":\"2026-01-01T00:00:00Z\","
                        + "\"diskBytes\":4096,\"keys\":0,\"sequence\":0,\"warnings\":[\"a warning\"],"
                        + "\"lastInSync\":{\"hall\":\"1970-01-01T00:00:00Z\"}}");
    }

    @Test
    void isDegradedByWhatIsDamagedOrGone() {
        assertThat(documents.health(
                        new StoreHealth(true, "", 1, 0, List.of(), 0, 0, 0), Head.EMPTY, List.of(), Map.of()))
                .startsWith("{\"status\":\"degraded\",\"writable\":true");
        assertThat(documents.health(
                        new StoreHealth(true, "", 0, 1, List.of(), 0, 0, 0), Head.EMPTY, List.of(), Map.of()))
                .startsWith("{\"status\":\"degraded\",\"writable\":true");
    }

    @Test
    void saysWhatTimeItIs() {
        UnitDocuments.Clock clock =
                new UnitDocuments.Clock(1_767_225_600_000L, true, "kernel", 1_767_225_600_000L << 16 | 3);

        assertThat(documents.clock(clock))
                .isEqualTo("{\"millis\":1767225600000,\"time\":\"2026-01-01T00:00:00Z\",\"known\":true,"
                        + "\"source\":\"kernel\",\"hybrid\":\"019b76daa8000003\"}");
    }
}
