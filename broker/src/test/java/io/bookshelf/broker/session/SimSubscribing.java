package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.config.BrokerConfig.Limits;
import io.bookshelf.broker.session.SimClient.Promise;
import io.bookshelf.broker.session.SimClient.Sub;
import io.bookshelf.broker.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** How the simulation's clients subscribe, and what they may expect then. */
abstract class SimSubscribing {
    static final String[] FILTERS = {"#", "a/#", "a/+", "+/1", "b/2", "a/b/1"};

    final Random random;
    final SimStore store;
    private int markers;
    private int requests;

    SimSubscribing(Random random, SimStore store) {
        this.random = random;
        this.store = store;
    }

    abstract SessionRegistry registry();

    final void subscribe(SimClient client, SimClient.Link link) {
        Session session = link.session;
        if (session == null) {
            return;
        }
        List<SubscriptionChanges.Wanted> wanted = new ArrayList<>();
        Map<String, Long> live = new HashMap<>();
        int handling = random.nextInt(4) == 0 ? 1 + random.nextInt(2) : 0;
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            TopicFilter filter = TopicFilter.parse(FILTERS[random.nextInt(FILTERS.length)]);
            wanted.add(new SubscriptionChanges.Wanted(filter, random.nextInt(3) | handling << 4, random.nextInt(2)));
            store.entries.forEach((key, entry) -> {
                if (!entry.deleted() && filter.matches(key.name())) {
                    live.put(key.name(), entry.sequence());
                }
            });
        }
        promiseNothingFor(client, wanted);
        String marker = "$bookshelf/snapshot/" + ++markers;
        if (handling == 0 && random.nextBoolean()) {
            wanted.add(new SubscriptionChanges.Wanted(TopicFilter.parse(marker), 0, 0));
            client.promises.put(marker, new Promise(live));
        }
        wanted.forEach(each -> client.pending.add(each.filter().text()));
        int asked = ++requests;
        registry().subscriptions().subscribe(session, wanted, refusal -> {
            if (client.link == link && link.session == session) {
                wanted.stream()
                        .filter(each ->
                                client.unsubscribed.getOrDefault(each.filter().text(), 0) < asked)
                        .forEach(each -> acknowledged(client, each));
            }
        });
    }

    private static void promiseNothingFor(SimClient client, List<SubscriptionChanges.Wanted> wanted) {
        wanted.forEach(each -> client.promises.values().forEach(promise -> promise.live()
                .keySet()
                .removeIf(key -> each.filter().matches(key))));
    }

    private void acknowledged(SimClient client, SubscriptionChanges.Wanted each) {
        String filter = each.filter().text();
        Sub before = client.subs.get(filter);
        int handling = each.options() >> 4;
        boolean snapshot = handling == 0 || handling == 1 && before == null || before != null && before.snapshot;
        long since = before == null ? store.sequence : before.since;
        client.pending.remove(filter);
        client.subs.put(filter, new Sub(each.filter(), each.options() & 3, snapshot, since));
    }

    final void unsubscribe(SimClient client, SimClient.Link link) {
        Session session = link.session;
        if (session == null) {
            return;
        }
        String filter = FILTERS[random.nextInt(FILTERS.length)];
        TopicFilter parsed = TopicFilter.parse(filter);
        client.subs.remove(filter);
        client.pending.removeIf(filter::equals);
        client.unsubscribed.put(filter, ++requests);
        client.expected.clear();
        client.promises.values().forEach(promise -> promise.live().keySet().removeIf(parsed::matches));
        registry().subscriptions().unsubscribe(session, List.of(filter), existed -> {
            if (client.link == link && link.session == session) {
                assertThat(session.subscriptions().get(filter))
                        .as("%s: %s is unsubscribed", client.id, filter)
                        .isNull();
            }
        });
    }

    static Limits limits(Random random) {
        int queued = random.nextInt(5) == 0 ? 5 : 10_000;
        Limits d = Limits.DEFAULTS;
        return new Limits(
                512,
                d.valueBytes(),
                10,
                10,
                60,
                10,
                1 + random.nextInt(100),
                0,
                100,
                d.busBytes(),
                100_000,
                queued,
                100_000_000,
                100_000);
    }

    static void expect(SimClient client, String topic, String name) {
        boolean reachable = client.durable || client.link != null && client.link.session != null;
        boolean wanted =
                client.subs.values().stream().anyMatch(sub -> sub.qos > 0 && sub.certain && sub.filter.matches(topic));
        if (reachable && wanted) {
            client.expected.add(name);
        }
    }
}
