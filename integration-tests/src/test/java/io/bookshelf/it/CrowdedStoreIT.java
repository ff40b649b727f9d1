package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.SqliteStateStore;
import io.bookshelf.store.StoreOptions;
import io.bookshelf.store.WriteTransaction;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A unit with the heap of the profile {@code small} starts whatever clients have left in its store, and serves. */
final class CrowdedStoreIT {
    @RegisterExtension
    final Units units = Units.perTest();

    private UnitProcess unit(Consumer<Filler> fill) {
        UnitProcess unit = units.create("");
        try (SqliteStateStore store = SqliteStateStore.open(unit.data(), StoreOptions.defaults())) {
            fill.accept(new Filler(store));
        }
        return unit;
    }

    private static void starts(UnitProcess unit) {
        unit.start(UnitJvm.small());
    }

    /** Writes what clients might have left behind. */
    private record Filler(SqliteStateStore store) {
        void write(Consumer<WriteTransaction> changes) {
            try (WriteTransaction tx = store.begin()) {
                changes.accept(tx);
                tx.commit(store.head().sequence(), store.head().clock(), Map.of());
            }
        }

        static SessionChange session(int number) {
            return new SessionChange.SaveSession("s" + number, 1_000_000, System.currentTimeMillis() - number, 0);
        }

        static SessionChange subscription(int number, String filter) {
            return new SessionChange.Subscribe("s" + number, filter, 1, 0, false, 1);
        }

        static SessionChange event(int session, long number, int bytes) {
            return new SessionChange.QueuedEvent(
                    "s" + session,
                    number,
                    0,
                    "q/" + number,
                    new byte[bytes],
                    1,
                    false,
                    new int[0],
                    ValueProperties.NONE,
                    0,
                    System.currentTimeMillis());
        }
    }

    @Test
    void itStartsWithMoreQueuedEventsThanItsHeapHolds() {
        UnitProcess unit = unit(filler -> {
            for (int i = 0; i < 150; i++) {
                int session = i;
                filler.write(tx -> {
                    tx.apply(Filler.session(session));
                    tx.apply(Filler.subscription(session, "q/#"));
                    for (int event = 1; event <= 16; event++) {
                        tx.apply(Filler.event(session, event, 128 * 1024));
                    }
                });
            }
        });
        for (int i = 0; i < 2; i++) {
            starts(unit);
            unit.kill9();
        }
        starts(unit);
        RawMqtt back = units.client(unit, Connect.v5("s17").durable());
        Packet first = back.expect(Packet.PUBLISH);
        assertThat(first.topic()).isEqualTo("q/1");
        back.ack(Packet.PUBACK, first.id());
        assertThat(back.expect(Packet.PUBLISH).topic()).isEqualTo("q/2");
    }

    @Test
    void itStartsWithMoreSmallEventsThanThereIsMemoryForStubs() {
        UnitProcess unit = unit(filler -> {
            for (int i = 0; i < 300; i++) {
                int session = i;
                filler.write(tx -> {
                    tx.apply(Filler.session(session));
                    for (int event = 1; event <= 1_000; event++) {
                        tx.apply(Filler.event(session, event, 10));
                    }
                });
            }
        });
        starts(unit);
        assertThat(unit.log()).contains("more queued events than there is memory for");
        units.client(unit, Connect.v5("fresh")).pingPong();
        unit.kill9();
        starts(unit);
        assertThat(unit.log().split("more queued events than there is memory for", -1))
                .as("what went is gone")
                .hasSize(2);
    }

    @Test
    void itStartsWithFiltersOfHundredsOfEmptyLevels() {
        UnitProcess unit = unit(filler -> filler.write(tx -> {
            tx.apply(Filler.session(0));
            for (int i = 0; i < 1_000; i++) {
                tx.apply(Filler.subscription(0, i + "/".repeat(500) + "#"));
            }
            tx.apply(Filler.session(1));
            tx.apply(Filler.subscription(1, "home/+/light"));
        }));
        starts(unit);
        assertThat(units.client(unit, Connect.v5("bystander")).snapshot(0, "#")).isEmpty();
        RawMqtt kept = RawMqtt.tcp(unit.mqtt());
        units.closing(kept);
        assertThat(kept.connect(Connect.v5("s1").durable()).sessionPresent()).isTrue();
        RawMqtt ended = units.closing(RawMqtt.tcp(unit.mqtt()));
        assertThat(ended.connect(Connect.v5("s0").durable()).sessionPresent()).isFalse();
        unit.kill9();
        starts(unit);
    }

    @Test
    void itStartsWithMoreSessionsAndLargeWillsThanItsHeapHolds() {
        UnitProcess unit = unit(filler -> {
            for (int block = 0; block < 100; block++) {
                int from = block * 100;
                filler.write(tx -> {
                    for (int i = from; i < from + 100; i++) {
                        tx.apply(Filler.session(i));
                        tx.apply(Filler.subscription(i, "a/b/c/d/" + i));
                        if (i % 10 == 0) {
                            tx.apply(will(i));
                        }
                    }
                });
            }
        });
        starts(unit);
        assertThat(unit.log())
                .contains("more sessions than there is memory for")
                .contains("more wills than there is memory for");
        RawMqtt lastThere = units.closing(RawMqtt.tcp(unit.mqtt()));
        assertThat(lastThere.connect(Connect.v5("s0").durable()).sessionPresent())
                .isTrue();
        RawMqtt longAway = units.closing(RawMqtt.tcp(unit.mqtt()));
        assertThat(longAway.connect(Connect.v5("s9999").durable()).sessionPresent())
                .isFalse();
        unit.kill9();
        starts(unit);
    }

    private static SessionChange will(int session) {
        return new SessionChange.SaveWill(
                "s" + session,
                "wills/" + session,
                new byte[64 * 1024],
                1,
                true,
                ValueProperties.NONE,
                1_000_000,
                System.currentTimeMillis() + 500_000,
                0);
    }
}
