package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.SimMessages.Sent;
import java.util.List;

/** The end of a run: everybody comes back, and all that was promised has come. */
final class SimEnd {
    private final SimWorld world;

    SimEnd(SimWorld world) {
        this.world = world;
    }

    /** Everybody comes back, reads and acknowledges, until nothing is left to do. */
    void drain() {
        world.bus.disk = SimBus.Disk.FINE;
        settle();
        world.unit.tick();
        settle();
        world.wills.checkQuiet();
        for (int round = 0; round < 3; round++) {
            for (SimClient client : world.clients) {
                if (client.link == null && client.durable) {
                    world.connect(client);
                }
            }
            settle();
            world.registry().saveWhatWaits();
            world.unit.tick();
        }
        settle();
    }

    private void settle() {
        boolean busy = true;
        for (int i = 0; busy; i++) {
            assertThat(i).as("rounds until all is quiet").isLessThan(100_000);
            busy = !world.unit.idle();
            world.unit.commit(1 + world.random.nextInt(5));
            for (int task = 0; task < 10; task++) {
                world.unit.runLoop();
            }
            world.unit.runRead();
            world.unit.deliverRead();
            for (SimClient client : world.clients) {
                SimLink link = client.link;
                Session session = client.session();
                if (session != null && i % 8 == 0) {
                    SimMemory.check(session, world.unit);
                }
                if (link != null) {
                    busy |= link.busy();
                    if (!link.room) {
                        link.toggleRoom();
                    }
                    SimSteps.receive(link, 3);
                    SimSteps.acknowledge(link, 3);
                    SimSteps.takePublishes(link, 3);
                }
            }
        }
    }

    /**
     * Whoever asks again gets a snapshot if it says so: 0 always, 1 only for what it had not subscribed to, 2 never (MQTT 5,
     * section 3.3.1.3).
     */
    void askAgain() {
        for (int handling : new int[] {1, 2, 0}) {
            for (SimClient client : world.clients) {
                SimLink link = client.link;
                if (link != null) {
                    askAgain(client, link, handling);
                }
            }
        }
    }

    private void askAgain(SimClient client, SimLink link, int handling) {
        List<SimOptions> again = client.subs.values().stream()
                .map(sub -> sub.options)
                .filter(options -> options.number() >= 0 && !options.shared())
                .map(options -> options.with(handling))
                .toList();
        if (again.isEmpty()) {
            return;
        }
        link.delivered.snapshot.clear();
        world.subscribing.subscribe(client, link, again, false);
        settle();
        List<String> due = again.stream()
                .filter(options -> handling == 0)
                .flatMap(options -> world.live(options.filter()).keySet().stream()
                        .map(key -> options.filter().text() + " " + key))
                .toList();
        assertThat(link.delivered.snapshot)
                .as("%s: snapshots for retain handling %s", client.id, handling)
                .containsExactlyInAnyOrderElementsOf(due);
    }

    void checkQuiet() {
        long lost = 0;
        for (SimClient client : world.clients) {
            if (client.link != null) {
                client.checkValues();
                client.sender.checkQuiet();
                lost += missing(client).size();
            }
        }
        if (lost > world.unit.dropped()) {
            world.clients.forEach(client -> assertThat(client.link == null ? List.of() : missing(client))
                    .as("%s: events lost, %s dropped", client.id, world.unit.dropped())
                    .isEmpty());
        }
        assertThat(world.store.sessions.unfinished()).as("left in the store").isEmpty();
        assertThat(world.unit.disconnectedSessions())
                .as("disconnected sessions")
                .isZero();
    }

    /** Messages that had to come and did not. */
    private List<String> missing(SimClient client) {
        return client.expected.stream()
                .filter(expected -> {
                    Sent sent = world.messages.get(expected.replaceFirst(" by .*", ""));
                    boolean tooOld = world.clock.elapsed() - sent.at >= world.unit.limits.eventSeconds() * 1_000;
                    return sent.commits > 0 && !sent.perishable(world.clock) && !tooOld;
                })
                .toList();
    }
}
