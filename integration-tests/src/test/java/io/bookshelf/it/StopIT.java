package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.Entry;
import io.bookshelf.schema.HybridClock;
import io.bookshelf.schema.Key;
import io.bookshelf.schema.Scope;
import io.bookshelf.schema.Seen;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.schema.Version;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.WriteTransaction;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A stop does not wait for what reads the whole store in the background. */
final class StopIT {
    private static final int KEYS = 100_000;
    private static final int BATCH = 1_000;

    @RegisterExtension
    final Units units = Units.perTest();

    private static void fill(UnitProcess unit) {
        try (SqliteStateStore store = SqliteStateStore.open(unit.data(), StoreOptions.defaults())) {
            long sequence = 0;
            while (sequence < KEYS) {
                try (WriteTransaction tx = store.begin()) {
                    for (int i = 0; i < BATCH; i++) {
                        sequence++;
                        tx.put(new Entry(
                                Key.of("k/" + sequence),
                                new byte[20],
                                false,
                                1,
                                ValueProperties.NONE,
                                new Version(HybridClock.stamp(1_700_000_000_000L) + sequence, store.replica()),
                                sequence,
                                Seen.NOTHING,
                                0,
                                sequence));
                    }
                    long clock = HybridClock.stamp(1_700_000_000_000L) + sequence;
                    tx.commit(sequence, clock, Map.of(Scope.EVERYWHERE, sequence));
                }
            }
        }
    }

    @Test
    void endsWithZeroWhileAHundredThousandRowsAreChecked() throws Exception {
        UnitProcess unit = units.create("");
        fill(unit);
        // At several moments of the check.
        for (int puts : new int[] {0, 1, 200, 600}) {
            unit.start();
            try (RawMqtt client = RawMqtt.connected(unit.mqtt(), Connect.v5("writer"))) {
                for (int i = 0; i < puts; i++) {
                    client.put("written/" + i, "1");
                }
            }
            Process process = unit.process();
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends").isTrue();
            String log = Files.readString(unit.stderr());
            assertThat(log).doesNotContain("did not close");
            assertThat(process.exitValue()).as(log).isZero();
        }
    }
}
