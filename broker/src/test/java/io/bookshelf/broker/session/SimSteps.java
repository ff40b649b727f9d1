package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.schema.ValueProperties;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What happens next. */
final class SimSteps {
    private static final int PUBLISHERS = 3;

    private final SimWorld world;
    private final Random random;
    private final byte[] payload;
    private final Map<String, ArrayDeque<String>> unsettled = new HashMap<>();
    private final int[] published = new int[PUBLISHERS];

    /** Not each run has all of it, lest the one hide the other. */
    private final boolean timePasses;

    private final boolean timeIsSet;
    private final boolean diskFails;
    private final boolean expires;

    /** What is published last is not overwritten, so that its loss would show. */
    private int publishesLeft;

    private final int crashEvery;

    private int steps;

    /** How fast the store is read. */
    private final int readers;

    SimSteps(SimWorld world) {
        this.world = world;
        this.random = world.random;
        this.payload = new byte[random.nextInt(3) == 0 ? 250_000 : 10];
        this.timePasses = random.nextInt(2) == 0;
        this.timeIsSet = timePasses && random.nextInt(2) == 0;
        this.diskFails = random.nextInt(4) == 0;
        this.expires = timePasses && random.nextBoolean();
        this.crashEvery = 1 + random.nextInt(3);
        this.readers = world.keys.length > 10 ? 12 : 1 + random.nextInt(4);
        this.publishesLeft = random.nextInt(2) == 0 ? 10_000 : 1 + random.nextInt(80);
    }

    /** Where there are many keys, most have values from the start. */
    void begin() {
        for (int i = 0; world.keys.length > 10 && i < world.keys.length; i++) {
            publish(any());
            world.unit.commit(10);
            world.unit.runLoop();
        }
    }

    void step() {
        world.clock.pass(random.nextInt(3));
        SimClient client = world.clients.get(random.nextInt(world.clients.size()));
        SimLink link = client.link;
        int dice = random.nextInt(110);
        if (dice < 20) {
            publishes();
        } else if (dice < 34) {
            world.unit.commit(random.nextInt(10) == 0 ? 1_000 : 1 + random.nextInt(8));
        } else if (dice < 48) {
            world.unit.runLoop();
        } else if (dice < 54) {
            times(1 + random.nextInt(readers), world.unit::runRead);
        } else if (dice < 61) {
            times(1 + random.nextInt(readers), world.unit::deliverRead);
        } else if (dice > 100) {
            seldom(dice - 100);
        } else if (link == null) {
            // Who stays away sees delays end, and sessions.
            if (!timePasses || random.nextInt(8) == 0) {
                world.connect(client);
            }
        } else {
            onConnection(dice, client, link);
        }
        world.clients.forEach(SimClient::checkWaiting);
        Session session = client.session();
        if (session != null && ++steps % 4 == 0 && (payload.length > 10 || world.manyKeys)) {
            SimMemory.check(session, world.unit);
        }
    }

    private static void times(int many, Runnable what) {
        for (int i = 0; i < many; i++) {
            what.run();
        }
    }

    /** Now and then many, which go to the disk and the sessions at once. */
    private void publishes() {
        boolean burst = random.nextInt(40) == 0;
        int most = !burst ? 1 : world.manyKeys ? 1_200 : 40;
        for (int i = 0; i < most && publishesLeft > 0; i++) {
            publishesLeft--;
            publish(any());
        }
        if (burst) {
            world.unit.commit(most);
            world.unit.runLoop();
        }
    }

    private void onConnection(int dice, SimClient client, SimLink link) {
        if (dice < 73) {
            receive(link, 1 + random.nextInt(4));
        } else if (dice < 82) {
            acknowledge(link, 1 + random.nextInt(4));
        } else if (dice < 85) {
            if (publishesLeft > 0) {
                client.sender.publish(link, random.nextInt(2) * 2, any());
            }
        } else if (dice < 89) {
            takePublishes(link, 1 + random.nextInt(3));
        } else if (dice < 93) {
            link.toggleRoom();
        } else if (dice < 96) {
            world.subscribing.subscribe(client, link);
        } else if (dice < 97) {
            world.subscribing.unsubscribe(client, link);
        } else if (dice < 98) {
            world.breakOff(client, link);
        } else {
            world.connect(client);
        }
    }

    private void seldom(int dice) {
        switch (dice) {
            case 1 -> world.registry().saveWhatWaits();
            case 2 -> tick();
            case 3 -> {
                if (random.nextInt(crashEvery) == 0) {
                    world.crash();
                    unsettled.values().forEach(ArrayDeque::clear);
                }
            }
            case 4 -> world.store.keepHouse(world.registry().tombstoneFloor());
            case 5, 6 -> {
                if (timePasses) {
                    world.clock.pass(random.nextInt(6_000));
                    tick();
                }
            }
            case 7 -> {
                if (timeIsSet) {
                    setTime();
                }
            }
            case 8 -> calm();
            default -> {
                if (diskFails) {
                    world.bus.disk = SimBus.Disk.values()[Math.max(0, random.nextInt(6) - 3)];
                }
            }
        }
    }

    /** For a moment all goes faster than it is published, so that whoever reads has caught up. */
    private void calm() {
        for (int i = 0; i < 100; i++) {
            world.unit.commit(100);
            times(10, world.unit::runLoop);
            times(4, world.unit::runRead);
            times(4, world.unit::deliverRead);
            for (SimClient client : world.clients) {
                SimLink link = client.link;
                if (link != null && link.room) {
                    receive(link, 20);
                    acknowledge(link, 20);
                }
            }
        }
    }

    private void setTime() {
        if (random.nextInt(3) == 0) {
            world.clock.known(random.nextBoolean());
        }
        world.clock.jump((20_000L + random.nextInt(7_200_000)) * (random.nextBoolean() ? 1 : -1));
        world.timesUncertain = true;
    }

    private void tick() {
        boolean settled = world.bus.idle() && world.bus.disk == SimBus.Disk.FINE;
        world.unit.tick();
        world.wills.checkFired();
        world.clients.forEach(SimClient::checkAges);
        if (settled && world.timesUncertain) {
            while (!world.bus.idle()) {
                world.unit.commit(10);
            }
            world.timesUncertain = false;
        }
    }

    private SimPublish any() {
        return SimPublish.any(random, world.keys, payload, expires);
    }

    private void publish(SimPublish any) {
        String publisher = "p" + random.nextInt(PUBLISHERS);
        SimPublish what = any.named(publisher + "#" + ++published[publisher.charAt(1) - '0']);
        ArrayDeque<String> waiting = unsettled.computeIfAbsent(publisher, p -> new ArrayDeque<>());
        waiting.add(what.name());
        ValueProperties properties = new ValueProperties(0, what.name(), null, new byte[0], List.of(), "", "");
        world.registry()
                .router()
                .publish(new PublishRequest(
                        null,
                        what.topic(),
                        what.payload(),
                        random.nextInt(3),
                        what.retain(),
                        properties,
                        what.expirySeconds(),
                        false,
                        null,
                        List.of(),
                        outcome -> {
                            String refusal = outcome.refusal();
                            assertThat(world.messages.committed(what.name()))
                                    .as("%s: acknowledged is durable, refused is not (%s)", what.name(), refusal)
                                    .isEqualTo(refusal == null);
                            assertThat(waiting.remove())
                                    .as("acknowledged in order")
                                    .isEqualTo(what.name());
                        }));
    }

    static void receive(SimLink link, int most) {
        for (int i = 0; i < most && !link.network.isEmpty(); i++) {
            link.receive();
        }
    }

    static void acknowledge(SimLink link, int most) {
        for (int i = 0; i < most && link.open && !link.acks.isEmpty(); i++) {
            link.acknowledge();
        }
    }

    static void takePublishes(SimLink link, int most) {
        for (int i = 0; i < most && link.open && !link.inbound.isEmpty(); i++) {
            link.inbound.remove().run();
        }
    }

    void checkQuiet() {
        unsettled.forEach((publisher, names) ->
                assertThat(names).as("acknowledgements of " + publisher).isEmpty());
    }
}
