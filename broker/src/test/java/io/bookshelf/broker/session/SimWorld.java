package io.bookshelf.broker.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.session.SimMessages.Sent;
import io.bookshelf.broker.topic.TopicFilter;
import io.bookshelf.bus.Commit;
import io.bookshelf.schema.Entry;
import io.bookshelf.schema.Key;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A unit without threads, sockets and disk, and its clients: whatever could happen next happens when it is told to. */
final class SimWorld {
    private static final String[] FEW_KEYS = {"a", "a/1", "a/2", "a/b/1", "a/é", "b/1", "b/2"};

    final String[] keys;
    final boolean manyKeys;
    final Random random;
    final SimClock clock = new SimClock();
    final SimStore store;
    final SimBus bus;
    final SimMessages messages = new SimMessages(clock);
    final SimGroups groups = new SimGroups();
    final SimWills wills;
    final SimUnit unit;
    final SimSubscribing subscribing;
    final List<SimClient> clients = new ArrayList<>();
    private final Map<Long, String> authors = new HashMap<>();

    /** The time of day was set, and what the disk says of times may not follow yet. */
    boolean timesUncertain;

    SimWorld(Random random) {
        this.random = random;
        int dice = random.nextInt(50);
        this.manyKeys = dice == 0;
        this.keys = dice < 9 ? keys(manyKeys ? 1_500 : 60) : FEW_KEYS;
        this.store = new SimStore(manyKeys ? 512 : 1 + random.nextInt(6), clock);
        this.bus = new SimBus(store);
        this.wills = new SimWills(random, clock, bus);
        this.unit = new SimUnit(random, this, bus);
        this.subscribing = new SimSubscribing(random, this);
        for (int i = 0; i < 4; i++) {
            clients.add(new SimClient(this, "c" + i, i > 0));
        }
    }

    private static String[] keys(int many) {
        return IntStream.range(0, many).mapToObj(i -> "a/" + i).toArray(String[]::new);
    }

    SessionRegistry registry() {
        return unit.registry;
    }

    /** The session layer has handed a message to the bus. */
    void submitted(Publication publication) {
        Sent sent = messages.submitted(publication);
        wills.submitted(sent.name);
        if (!sent.message.retained() && sent.message.qos() > 0) {
            clients.forEach(client -> client.expect(sent));
        }
        clients.forEach(client -> client.mayNotGet(sent));
        groups.submitted(sent, publication, clients);
    }

    /** The bus has decided about a submission. */
    void decided(Commit.Outcome outcome) {
        messages.decided(outcome);
        if (outcome.submission() instanceof Publication publication) {
            String name = SimMessages.name(publication.message);
            wills.decided(name, outcome.refusal() != null);
            if (outcome.refusal() != null) {
                clients.forEach(client -> client.notComing(name));
            }
            Entry entry = outcome.entry();
            String author = messages.get(name).publisher;
            if (entry != null && author != null) {
                authors.put(entry.sequence(), author);
            }
        }
    }

    /** The client that made this write, null for nobody in particular. */
    @Nullable
    String author(long sequence) {
        return authors.get(sequence);
    }

    Map<String, Long> live(TopicFilter filter) {
        Map<String, Long> found = new HashMap<>();
        store.entries.forEach((key, entry) -> {
            if (entry.liveAt(clock.expiryMillis()) && filter.matches(key.name())) {
                found.put(key.name(), entry.sequence());
            }
        });
        return found;
    }

    boolean unchanged(String key, long sequence) {
        Entry entry = store.entries.get(Key.of(key));
        return entry != null
                && !entry.deleted()
                && entry.sequence() == sequence
                && (entry.expiresAt() == 0 || entry.expiresAt() > clock.latest());
    }

    /** A packet in flight carried a delete that the store has forgotten since; the key may even be written again. */
    void forgottenDelete(SimClient client, String topic) {
        Entry entry = store.last.get(Key.of(topic));
        assertThat(entry).as("%s: %s was once", client.id, topic).isNotNull();
        if (entry != null && !entry.liveAt(clock.latest())) {
            client.seen.merge(topic, entry.sequence(), Math::max);
        }
    }

    // --- connections ------------------------------------------------------------------------------------------------

    void connect(SimClient client) {
        boolean clean = client.blank || random.nextInt(8) == 0;
        SimLink link = new SimLink(client, 1 + random.nextInt(random.nextInt(4) == 0 ? 60 : 12), expiry(client));
        SimLink old = client.link;
        if (old != null && old.session != null) {
            wills.broke(client, false, old.expirySeconds);
        }
        SimLifetime.Expected expected = client.lifetime.expected(clean || !client.durable, unit.lastTick);
        if (!expected.certain() || !expected.present()) {
            // If the answer is lost, the session that there is then may be a new one that knows nothing.
            client.blank = true;
        }
        client.lifetime.connecting(expected);
        Will will = wills.connecting(client, clean || !client.durable, keys);
        if (clean || !client.durable) {
            client.forgotten();
            client.blank = true;
        }
        registry()
                .connect(
                        new SessionRegistry.ConnectRequest(client.id, link, clean, link.expirySeconds, will),
                        new SessionRegistry.Connected() {
                            @Override
                            public void ready(Session session, boolean sessionPresent) {
                                client.lifetime.check(expected, sessionPresent);
                                welcome(link, session, sessionPresent, will);
                            }

                            @Override
                            public void refused(String why) {
                                refuse(link);
                            }
                        });
        if (old != null) {
            assertThat(old.open).as("the connection taken over is closed").isFalse();
            assertThat(old.closed).as("why it was closed").isEqualTo(ClientLink.CloseReason.TAKEN_OVER);
        }
        if (link.open && (client.link == null || client.link == old)) {
            client.link = link;
        }
    }

    private long expiry(SimClient client) {
        return !client.durable ? 0 : random.nextInt(4) == 0 ? 3 + random.nextInt(20) : 50_000;
    }

    private void welcome(SimLink link, Session session, boolean sessionPresent, @Nullable Will will) {
        SimClient client = link.owner;
        if (!link.open) {
            client.lifetime.broke(link.expirySeconds, bus.mark() + 3);
            registry().disconnected(session, link, false, link.expirySeconds);
            return;
        }
        client.link = link;
        link.session = session;
        client.lastSession = session;
        if (!sessionPresent) {
            client.forgotten();
        }
        client.blank = false;
        client.lifetime.connected();
        wills.connected(client, will, link.expirySeconds);
        registry().acknowledged(session, sessionPresent);
        client.sender.resume(link);
    }

    private void refuse(SimLink link) {
        assertThat(bus.refused()).as("a CONNECT is refused").isTrue();
        link.open = false;
        link.owner.lifetime.unsure();
        wills.lost(link.owner);
        if (link.owner.link == link) {
            link.owner.link = null;
        }
    }

    void breakOff(SimClient client, SimLink link) {
        link.lose(random.nextInt(link.network.size() + 1));
        boolean end = random.nextInt(6) == 0;
        closed(link, random.nextBoolean(), end ? 0 : link.expirySeconds);
    }

    void closed(SimLink link, boolean goodbye, long expirySeconds) {
        SimClient client = link.owner;
        link.open = false;
        client.moved();
        if (client.link == link) {
            client.link = null;
        }
        Session session = link.session;
        if (session != null) {
            link.session = null;
            client.doubt();
            if (link.closed != ClientLink.CloseReason.TAKEN_OVER) {
                wills.broke(client, goodbye, expirySeconds);
                client.lifetime.broke(expirySeconds, bus.mark() + 3);
            }
            if (expirySeconds == 0) {
                client.forgotten();
                client.blank = true;
            }
            registry().disconnected(session, link, goodbye, expirySeconds);
        }
    }

    void crash() {
        boolean exact = !timesUncertain;
        unit.crash().forEach(submission -> {
            if (submission instanceof Publication publication) {
                String name = SimMessages.name(publication.message);
                clients.forEach(client -> client.notComing(name));
            }
        });
        clock.pass(random.nextInt(2_000));
        for (SimClient client : clients) {
            SimLink link = client.link;
            long asked = link == null ? 0 : link.expirySeconds;
            client.lifetime.restarted(asked, exact, bus);
            if (link != null) {
                link.session = null;
                link.lose(random.nextInt(link.network.size() + 1));
                client.link = null;
            }
            client.doubt();
            client.lastSession = null;
            if (!client.durable) {
                client.forgotten();
            }
        }
        wills.restarted(exact);
        unit.restore();
        if (exact) {
            wills.checkFired();
        }
    }
}
