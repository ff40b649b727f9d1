package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.budget.Cost;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.session.SubscriptionChanges.Wanted;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.schema.ValueProperties;
import io.bookshelf.store.StoredSession;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What sessions hold stays within the memory budget, and is given back with what it was for. */
final class SessionMemoryTest extends SessionMemoryRig {
    @Test
    void aSessionTooManyTakesThePlaceOfTheNewestThatWasLeft() {
        Client oldest = connected("oldest", 100);
        oldest.breakOff();
        int made = 0;
        while (budget.status().evicted() == 0 && made++ < 100) {
            connected("random-" + made, 100).breakOff();
            budget.tick();
        }
        assertThat(made).isEqualTo(24);
        assertThat(budget.used(Kind.SESSION)).isLessThanOrEqualTo(102_000);
        assertThat(connected("random-23", 100).present).isFalse();
        assertThat(connected("oldest", 100).present).isTrue();
        assertThat(store.sessions()).extracting(StoredSession::clientId).doesNotContain("random-24");
    }

    @Test
    void aSessionTooManyIsRefusedWhereAllOthersAreInUse() {
        List<Client> clients = new ArrayList<>();
        do {
            clients.add(connected("c" + clients.size(), 100));
        } while (clients.getLast().refused == null);
        assertThat(clients).hasSize(25);
        assertThat(clients.getLast().refused).isEqualTo("busy");
        assertThat(store.sessions()).hasSize(24);
        clients.getFirst().leave(0, true);
        assertThat(connected("another", 100).refused).isNull();
    }

    @Test
    void aUserFillsTheirQuotaAndNobodyElses() {
        List<Client> clients = new ArrayList<>();
        do {
            clients.add(new Client("c" + clients.size(), ANNA).connect(100, will(5_000)));
        } while (clients.getLast().refused == null);
        assertThat(clients).hasSizeLessThan(12);
        assertThat(clients.getLast().refused).isEqualTo("quota");
        assertThat(connected("other", 100).refused).isNull();
    }

    @Test
    void willsAreBoundedAndGivenBack() {
        List<Client> clients = new ArrayList<>();
        do {
            clients.add(new Client("c" + clients.size(), Owner.UNIT).connect(0, will(20_000)));
        } while (clients.getLast().refused == null);
        assertThat(clients).hasSize(4);
        assertThat(clients.getLast().refused).isEqualTo("quota");
        assertThat(budget.used(Kind.WILL)).isEqualTo(3 * Cost.will("w", 20_000, ValueProperties.NONE.weight()));
        clients.getFirst().leave(0, true);
        clients.get(1).leave(0, false);
        assertThat(budget.used(Kind.WILL)).isEqualTo(Cost.will("w", 20_000, ValueProperties.NONE.weight()));
        clients.get(2).connect(0, null);
        assertThat(budget.used(Kind.WILL)).isZero();
    }

    @Test
    void subscriptionsAreBoundedByTheirLevelsAndGivenBack() {
        Client client = connected("c", 100);
        String deep = "/".repeat(127);
        assertThat(client.subscribe("a" + deep, 0)).isTrue();
        assertThat(client.subscribe("a" + deep, 1)).as("the same again").isTrue();
        assertThat(client.subscribe("b" + deep, 0))
                .as("too much for one session")
                .isFalse();
        assertThat(client.subscribe("b", 0)).isTrue();
        client.unsubscribe("a" + deep);
        client.unsubscribe("never there");
        assertThat(budget.used(Kind.SUBSCRIPTION)).isEqualTo(Cost.subscription("b"));
        assertThat(client.subscribe("b" + deep, 0)).isTrue();
        client.leave(0, true);
        assertThat(budget.used()).isZero();
    }

    @Test
    void anEventForManyIsHeldOnceAndBoundedInAll() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Client client = connected("c" + i, 0);
            client.subscribe("q/#", 1);
            client.takes = 0;
            // Behind a backlog, events wait in the queue.
            clients.add(client);
        }
        for (int i = 0; i < 30; i++) {
            publish("q/" + i, 20_000, false);
        }
        long events = budget.used(Kind.EVENT);
        assertThat(events).isBetween(40_000L, 102_000L);
        assertThat(budget.used(Kind.DELIVERY)).isLessThanOrEqualTo(85_000);
        clients.forEach(client -> client.leave(0, true));
        assertThat(budget.used()).isZero();
    }

    @Test
    void eventsThatAreStoredAreStubsAndComeWhenTheirTurnDoes() {
        Client client = connected("c", 100);
        client.subscribe("q/#", 1);
        client.breakOff();
        for (int i = 0; i < 100; i++) {
            publish("q/" + i, 10_000, false);
        }
        assertThat(budget.used(Kind.EVENT)).isEqualTo(100 * Cost.event(0));
        Client again = connected("c", 100);
        assertThat(again.received).hasSize(100).startsWith("q/0", "q/1").endsWith("q/99");
        assertThat(budget.used(Kind.EVENT)).isZero();
        assertThat(budget.used(Kind.DELIVERY)).isZero();
    }

    @Test
    void queuedEventsOfAllSessionsAreBoundedTheOldestGo() {
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Client client = connected("c" + i, 100);
            client.subscribe("q/#", 1);
            client.breakOff();
            clients.add(client);
        }
        for (int i = 0; i < 500; i++) {
            publish("q/" + i, 10, false);
        }
        assertThat(budget.used(Kind.EVENT)).isLessThanOrEqualTo(102_000);
        assertThat(registry.queuedEvents()).isLessThan(1_100);
        Client again = connected("c3", 100);
        assertThat(again.received).endsWith("q/499").doesNotContain("q/0").hasSizeGreaterThan(50);
        assertThat(counters.publishesDropped.sum()).isPositive();
    }

    @Test
    void pagesWaitForTheirTurnAndWhoDoesNotReadMakesWay() {
        total = 4_000_000;
        restart();
        for (int i = 0; i < 100; i++) {
            publish("k/" + i, 2_000, true);
        }
        List<Client> deaf = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            Client client = connected("deaf" + i, 100);
            client.takes = 1;
            client.subscribe("k/#", 0);
            deaf.add(client);
        }
        assertThat(budget.used(Kind.DELIVERY)).isLessThanOrEqualTo(850_000);
        assertThat(budget.somebodyWaits()).isTrue();
        Client watcher = connected("watcher", 100);
        watcher.subscribe("k/#", 0);
        assertThat(watcher.received).isEmpty();
        seconds(12);
        assertThat(watcher.received).hasSize(100);
        assertThat(watcher.closed).isNull();
        assertThat(deaf).anyMatch(client -> client.closed == ClientLink.CloseReason.NO_MEMORY);
        deaf.forEach(client -> client.takes = Integer.MAX_VALUE);
        deaf.stream().filter(client -> client.closed == null).forEach(client -> client.session()
                .roomAgain());
        seconds(3);
        assertThat(deaf).allMatch(client -> client.closed != null || client.received.size() == 100);
        assertThat(budget.used(Kind.DELIVERY)).isZero();
    }

    @Test
    void whoWaitsForAPageGetsItAsSoonAsAnotherHasSentOne() {
        total = 4_000_000;
        restart();
        for (int i = 0; i < 100; i++) {
            publish("k/" + i, 2_000, true);
        }
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Client client = connected("c" + i, 100);
            registry.subscriptions()
                    .subscribe(client.session(), List.of(new Wanted(TopicFilter.parse("k/#"), 0, 0)), refusal -> {});
            all.add(client);
        }
        // Without a tick.
        run();
        assertThat(all).allMatch(client -> client.received.size() == 100);
        assertThat(budget.used(Kind.DELIVERY)).isZero();
    }
}
