package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.SimClient.Promise;
import io.bookshelf.broker.session.SimClient.Sub;
import io.bookshelf.broker.topic.TopicFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** How the simulation's clients subscribe, and what they may expect then. */
final class SimSubscribing {
    private final Random random;
    private final SimWorld world;

    /** What a client wants of a filter whenever it asks for it, so that it is known what its deliveries must look like. */
    private final Map<String, SimOptions> habits = new HashMap<>();

    private int markers;
    private int requests;

    SimSubscribing(Random random, SimWorld world) {
        this.random = random;
        this.world = world;
    }

    private SimOptions options(SimClient client, String filter) {
        SimOptions habit = habits.computeIfAbsent(client.id + " " + filter, name -> {
            TopicFilter parsed = TopicFilter.parse(filter);
            boolean shared = parsed.group() != null;
            return new SimOptions(
                    parsed,
                    List.of(SimOptions.FILTERS).indexOf(filter),
                    shared ? 1 + random.nextInt(2) : 0,
                    !shared && random.nextInt(3) == 0,
                    random.nextInt(3) == 0,
                    random.nextInt(6) == 0 ? 2 : 0);
        });
        boolean never = habit.handling() == 2;
        int qos = habit.shared() ? habit.qos() : random.nextInt(3);
        int handling = never ? 2 : random.nextInt(4) == 0 ? 1 : 0;
        return new SimOptions(
                habit.filter(), habit.number(), qos, habit.noLocal(), habit.retainAsPublished(), handling);
    }

    void subscribe(SimClient client, SimLink link) {
        List<SimOptions> wanted = new ArrayList<>();
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            wanted.add(options(client, SimOptions.FILTERS[random.nextInt(SimOptions.FILTERS.length)]));
        }
        subscribe(client, link, wanted, random.nextBoolean());
    }

    void subscribe(SimClient client, SimLink link, List<SimOptions> wanted, boolean marked) {
        Session session = link.session;
        if (session == null) {
            return;
        }
        List<SubscriptionChanges.Wanted> request = new ArrayList<>();
        Map<String, Long> live = new HashMap<>();
        for (SimOptions each : wanted) {
            request.add(each.wanted());
            promiseNothingFor(client, each.filter());
            client.asked.put(each.filter().text(), each);
            client.unsubscribing(each.filter().text(), false);
            client.pending.add(each.filter().text());
        }
        for (SimOptions each : wanted) {
            if (!each.shared() && each.handling() == 0) {
                live.putAll(world.live(each.filter()));
            }
        }
        if (marked) {
            String marker = "$bookshelf/snapshot/" + ++markers;
            SimOptions options = new SimOptions(TopicFilter.parse(marker), -1, 0, false, false, 0);
            request.add(options.wanted());
            client.promises.put(marker, new Promise(live));
            wanted = new ArrayList<>(wanted);
            wanted.add(options);
        }
        int asked = ++requests;
        List<SimOptions> all = wanted;
        world.registry().subscriptions().subscribe(session, request, refusal -> {
            if (client.link == link && link.session == session && refusal == null) {
                all.stream()
                        .filter(each ->
                                client.unsubscribed.getOrDefault(each.filter().text(), 0) < asked)
                        .forEach(each -> acknowledged(client, each));
            }
        });
    }

    private static void promiseNothingFor(SimClient client, TopicFilter filter) {
        client.promises.values().forEach(promise -> promise.live().keySet().removeIf(filter::matches));
    }

    private void acknowledged(SimClient client, SimOptions options) {
        String filter = options.filter().text();
        Sub before = client.subs.get(filter);
        int handling = options.handling();
        boolean snapshot = handling == 0 || handling == 1 && before == null || before != null && before.snapshot;
        long since = before == null ? world.store.sequence : before.since;
        client.pending.remove(filter);
        client.subs.put(filter, new Sub(options.filter(), options, snapshot, since));
    }

    void unsubscribe(SimClient client, SimLink link) {
        Session session = link.session;
        if (session == null) {
            return;
        }
        String filter = SimOptions.FILTERS[random.nextInt(SimOptions.FILTERS.length)];
        client.subs.remove(filter);
        client.pending.removeIf(filter::equals);
        client.unsubscribed.put(filter, ++requests);
        client.unsubscribing(filter, true);
        client.expected.clear();
        promiseNothingFor(client, TopicFilter.parse(filter));
        int asked = requests;
        world.registry().subscriptions().unsubscribe(session, List.of(filter), existed -> {
            if (client.link == link && link.session == session) {
                assertThat(session.subscriptions().get(filter))
                        .as("%s: %s is unsubscribed", client.id, filter)
                        .isNull();
                if (client.unsubscribed.getOrDefault(filter, 0) == asked) {
                    client.unsubscribedFor(filter);
                }
            }
        });
    }
}
