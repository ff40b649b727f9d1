package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.bus.Submission;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.SessionChange;
import io.bookshelf.store.StoredSession;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A start takes back what the store has of sessions, as far as there is memory for it. */
final class RestoredMemoryTest extends SessionMemoryRig {
    private void stored(SessionChange... changes) {
        store.apply(new Submission() {
            @Override
            public List<SessionChange> sessionChanges() {
                return List.of(changes);
            }

            @Override
            public int weight() {
                return 0;
            }
        });
    }

    @Test
    void aStartTakesBackTheSessionsThatWereThereLast() {
        stored(new SessionChange.SaveSession("connected", 1_000, 0, 0));
        for (int i = 0; i < 100; i++) {
            stored(new SessionChange.SaveSession("s" + i, 1_000, clock.millis() - i, 0));
        }
        restart();
        assertThat(budget.used(Kind.SESSION)).isBetween(90_000L, 102_000L);
        assertThat(store.sessions()).hasSize(24);
        assertThat(connected("connected", 100).present).isTrue();
        assertThat(connected("s5", 100).present).isTrue();
        assertThat(connected("s99", 100).present).isFalse();
    }

    @Test
    void aStartLeavesTheNewestEventsThatDoNotFit() {
        stored(
                new SessionChange.SaveSession("c", 1_000, 1, 0),
                new SessionChange.Subscribe("c", "q/#", 1, 0, false, 1));
        for (int i = 1; i <= 3_000; i++) {
            stored(event("c", i));
        }
        restart();
        long held = registry.queuedEvents();
        assertThat(held).isBetween(500L, 1_000L);
        Client client = connected("c", 100);
        assertThat(client.received).hasSize((int) held).startsWith("q/1", "q/2").endsWith("q/" + held);
        publish("q/new", 1, false);
        assertThat(client.received).endsWith("q/" + held, "q/new");
        restart();
        assertThat(registry.queuedEvents()).as("what went is gone").isZero();
    }

    private SessionChange event(String client, long number) {
        return new SessionChange.QueuedEvent(
                client,
                number,
                0,
                "q/" + number,
                new byte[10],
                1,
                false,
                Delivery.NO_IDS,
                ValueProperties.NONE,
                0,
                clock.millis());
    }

    @Test
    void aStartEndsASessionWhoseFiltersAreNotHeld() {
        stored(
                new SessionChange.SaveSession("deep", 1_000, 1, 0),
                new SessionChange.Subscribe("deep", "1" + "/".repeat(500) + "#", 1, 0, false, 1),
                new SessionChange.SaveSession("many", 1_000, 1, 0));
        for (int i = 0; i < 200; i++) {
            stored(new SessionChange.Subscribe("many", i + "/b/c/d", 1, 0, false, i));
        }
        stored(
                new SessionChange.SaveSession("plain", 1_000, 1, 0),
                new SessionChange.Subscribe("plain", "a/+", 1, 0, false, 1));
        restart();
        assertThat(store.sessions()).extracting(StoredSession::clientId).containsExactly("plain");
        assertThat(budget.used(Kind.SUBSCRIPTION)).isEqualTo(Cost.subscription("a/+"));
        assertThat(connected("plain", 100).present).isTrue();
    }

    @Test
    void aStartDropsWillsThatDoNotFit() {
        for (int i = 0; i < 10; i++) {
            stored(new SessionChange.SaveWill(
                    "c" + i, "w", new byte[20_000], 1, true, ValueProperties.NONE, 100, clock.millis() + 50_000, 0));
        }
        restart();
        assertThat(budget.used(Kind.WILL)).isBetween(60_000L, 68_000L);
        assertThat(store.sessions()).hasSize(3);
        connected("c9", 0);
        restart();
        assertThat(store.sessions()).hasSize(3);
    }
}
