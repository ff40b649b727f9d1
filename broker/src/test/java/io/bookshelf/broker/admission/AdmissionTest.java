package io.bookshelf.broker.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.budget.MemoryBudget;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final int MOST = 160;
    private static final String HERE = "127.0.0.1";

    private final List<String> log = new ArrayList<>();
    private final Admission admission = new Admission(MOST, MemoryBudget.unbounded(), log::add);
    private int port = 1;

    /** A channel that comes from somewhere. */
    private static final class From extends EmbeddedChannel {
        private final SocketAddress remote;

        From(String host, int port) {
            this.remote = new InetSocketAddress(host, port);
        }

        @Override
        protected SocketAddress remoteAddress0() {
            return remote;
        }
    }

    @BeforeEach
    void keepRoom() {
        admission.keepRoomFor("mqtt");
        admission.keepRoomFor("listen");
    }

    private EmbeddedChannel come(String host, String listener) {
        EmbeddedChannel channel = new From(host, port++);
        admission.admit(channel, listener);
        return channel;
    }

    private EmbeddedChannel letIn(String host, String listener) {
        EmbeddedChannel channel = come(host, listener);
        Place.keep(channel);
        return channel;
    }

    private static long open(List<EmbeddedChannel> channels) {
        return channels.stream().filter(EmbeddedChannel::isOpen).count();
    }

    private List<EmbeddedChannel> many(int number, String host, String listener) {
        List<EmbeddedChannel> all = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            all.add(come(host, listener));
        }
        return all;
    }

    @Test
    void aFloodFromEverywhereLeavesRoomForLocalClientsAndLinks() {
        for (String listener : List.of("web_tls", "web", "mqtt")) {
            for (int i = 0; i < 200; i++) {
                letIn("192.0.2." + i, listener);
            }
        }
        assertThat(admission.size()).isEqualTo(MOST - 2 * MOST / 8);
        for (int i = 0; i < MOST / 8; i++) {
            assertThat(letIn(HERE, "mqtt").isOpen()).as("local client %d", i).isTrue();
            assertThat(letIn("198.51.100." + i, "listen").isOpen())
                    .as("link %d", i)
                    .isTrue();
        }
        assertThat(admission.size()).isEqualTo(MOST);
        assertThat(letIn(HERE, "mqtt").isOpen()).isFalse();
    }

    @Test
    void localClientsLeaveRoomForLinks() {
        for (int i = 0; i < MOST; i++) {
            letIn(HERE, "mqtt");
        }
        assertThat(admission.size()).isEqualTo(MOST - MOST / 8);
        assertThat(come("192.0.2.1", "listen").isOpen()).isTrue();
    }

    @Test
    void oneAddressHasAPartAndLosesItsOwnThatAreIdleTheLongest() {
        List<EmbeddedChannel> flood = many(40, "192.0.2.1", "web_tls");
        assertThat(open(flood)).isEqualTo(MOST / 8);
        assertThat(flood.getFirst().isOpen()).isFalse();
        assertThat(flood.getLast().isOpen()).isTrue();
        assertThat(come("192.0.2.2", "web_tls").isOpen()).isTrue();
        assertThat(open(flood)).as("of the other address").isEqualTo(MOST / 8);
    }

    @Test
    void oneAddressThatIsFullOfClientsGetsNoMore() {
        for (int i = 0; i < MOST / 8; i++) {
            assertThat(letIn("192.0.2.1", "listen").isOpen()).isTrue();
        }
        assertThat(come("192.0.2.1", "listen").isOpen()).isFalse();
        assertThat(log).last().asString().contains("192.0.2.1 was refused: one address has at most 20");
    }

    @Test
    void theNetworkOfAnIpV6AddressIsOne() {
        for (int i = 0; i < MOST / 8; i++) {
            letIn("2001:db8:1:2::" + Integer.toHexString(i + 1), "listen");
        }
        assertThat(come("2001:db8:1:2:ffff::1", "listen").isOpen()).isFalse();
        assertThat(come("2001:db8:1:3::1", "listen").isOpen()).isTrue();
    }

    @Test
    void aListenerForBrowsersHasHalfEvenByLoopback() {
        List<EmbeddedChannel> flood = many(MOST, HERE, "web");
        assertThat(open(flood)).isEqualTo(MOST / 2);
        assertThat(flood.getLast().isOpen()).isTrue();
        assertThat(come(HERE, "mqtt").isOpen()).isTrue();
    }

    @Test
    void whoWasUsedLastGoesLast() {
        List<EmbeddedChannel> all = many(MOST / 2, HERE, "web");
        Place.used(all.getFirst());
        come(HERE, "web");
        assertThat(all.getFirst().isOpen()).isTrue();
        assertThat(all.get(1).isOpen()).isFalse();
    }

    @Test
    void aFullUnitClosesWhatIsIdleForALocalClientNeverAClient() {
        List<EmbeddedChannel> clients = new ArrayList<>();
        for (int i = 0; i < MOST - MOST / 8 - 1; i++) {
            clients.add(letIn(HERE, "mqtt"));
        }
        EmbeddedChannel idle = come(HERE, "web");
        assertThat(idle.isOpen()).isTrue();
        assertThat(letIn(HERE, "mqtt").isOpen()).isTrue();
        assertThat(idle.isOpen()).isFalse();
        assertThat(come(HERE, "web").isOpen()).isFalse();
        assertThat(clients).allMatch(EmbeddedChannel::isOpen);
    }

    @Test
    void aPlaceIsFreeOnceItsConnectionIsClosed() {
        for (int i = 0; i < MOST; i++) {
            letIn(HERE, "mqtt").close();
        }
        assertThat(admission.size()).isZero();
        assertThat(log).isEmpty();
    }

    @Test
    void connectionsTakeMemoryAndIdleOnesMakeRoomForClients() {
        MemoryBudget budget = new MemoryBudget(1 << 20, log::add);
        Admission small = new Admission(10_000, budget, log::add);
        List<EmbeddedChannel> idle = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            EmbeddedChannel channel = new From(HERE, port++);
            small.admit(channel, "web");
            idle.add(channel);
        }
        long open = open(idle);
        assertThat(open).isLessThan(100);
        assertThat(budget.used()).isEqualTo(open * 8 * 1024);
        EmbeddedChannel local = new From(HERE, port++);
        assertThat(small.admit(local, "mqtt")).isNotNull();
        assertThat(local.isOpen()).isTrue();
        idle.forEach(EmbeddedChannel::close);
        local.close();
        assertThat(budget.used()).isZero();
        assertThat(budget.holders()).isZero();
    }

    @Test
    void strangersLeaveMemoryForWhoeverComesByCertificate() {
        MemoryBudget budget = new MemoryBudget(4 << 20, log::add);
        Admission small = new Admission(10_000, budget, log::add);
        int open = 0;
        for (int i = 0; i < 200; i++) {
            EmbeddedChannel stranger = new From("192.0.2." + i, port++);
            open += small.admit(stranger, "web_tls") == null ? 0 : 1;
            Place.keep(stranger);
        }
        assertThat(open).isLessThan(40);
        EmbeddedChannel link = new From("198.51.100.1", port++);
        assertThat(small.admit(link, "listen")).isNotNull();
    }
}
