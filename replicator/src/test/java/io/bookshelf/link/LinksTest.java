package io.bookshelf.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerDoor;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links between units over real sockets: what is sent arrives, once and in order, and comes back after a break. */
final class LinksTest {
    private final TestTrust.Network network = new TestTrust.Network("home");
    private final List<TestUnit> units = new ArrayList<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private TestUnit unit(String name) {
        return keep(new TestUnit(network.unit(name), folder));
    }

    private TestUnit keep(TestUnit unit) {
        units.add(unit);
        return unit;
    }

    @AfterEach
    void stop() {
        units.forEach(TestUnit::close);
    }

    /** Receives numbered frames and complains about the first that is not the next. */
    private static final class Counting {
        private final AtomicInteger received = new AtomicInteger();
        private final List<String> mistakes = Collections.synchronizedList(new ArrayList<>());
        private final Semaphore window;
        private final int bytes;

        Counting(TestUnit receiver, int bytes, int window) {
            this.bytes = bytes;
            this.window = new Semaphore(window);
            receiver.receiver = this::take;
        }

        private void take(byte[] frame) {
            int number = ByteBuffer.wrap(frame).getInt();
            int last = ByteBuffer.wrap(frame).getInt(frame.length - 4);
            int expected = received.getAndIncrement();
            if (number != expected || last != expected || frame.length != bytes) {
                mistakes.add(frame.length + " bytes, number " + number + " in place of " + expected);
            }
            window.release();
        }

        void send(Link link, int count) throws InterruptedException {
            send(link, 0, count);
        }

        void send(Link link, int first, int count) throws InterruptedException {
            for (int i = first; i < first + count; i++) {
                assertThat(window.tryAcquire(20, TimeUnit.SECONDS))
                        .as("received %s", received)
                        .isTrue();
                link.send(ByteBuffer.allocate(bytes)
                        .putInt(0, i)
                        .putInt(bytes - 4, i)
                        .array());
            }
        }

        void expect(int count) {
            await().atMost(TestUnit.PATIENCE)
                    .untilAsserted(() -> assertThat(received.get()).isEqualTo(count));
            assertThat(mistakes).isEmpty();
        }
    }

    private void bothWays(int there, int back, int bytes, int window) throws InterruptedException {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        Counting atHall = new Counting(hall, bytes, window);
        Link out = attic.dial(hall);
        atHall.send(out, 1);
        atHall.expect(1);
        atHall.received.set(0);
        Counting atAttic = new Counting(attic, bytes, window);
        Link in = hall.link();
        Thread other = Thread.ofVirtual().start(() -> {
            try {
                atAttic.send(in, back);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        atHall.send(out, there);
        other.join();
        atHall.expect(there);
        atAttic.expect(back);
        assertThat(out.dialled()).isTrue();
        assertThat(in.dialled()).isFalse();
        assertThat(in.peer()).isEqualTo(network.identity(Role.UNIT, "attic"));
        assertThat(out.peer()).isEqualTo(network.identity(Role.UNIT, "hall"));
    }

    @Test
    void smallFramesArriveBothWaysInOrder() throws Exception {
        bothWays(80_000, 20_000, 100, 10_000);
    }

    @Test
    void framesWithALargestValueArriveBothWaysInOrder() throws Exception {
        bothWays(50, 50, TestUnit.LARGEST_VALUE + PeerDoor.FRAME_OVERHEAD, 4);
    }

    @Test
    void aFrameThatIsTooLargeIsTheSendersMistakeOnEitherSide() throws Exception {
        TestUnit hall = unit("hall");
        Counting atHall = new Counting(hall, 10, 1);
        Link out = unit("attic").dial(hall);
        atHall.send(out, 1);
        byte[] tooLarge = new byte[TestUnit.LARGEST_VALUE + PeerDoor.FRAME_OVERHEAD + 1];
        for (Link link : List.of(out, hall.link())) {
            assertThatIllegalArgumentException().isThrownBy(() -> link.send(tooLarge));
        }
    }

    @Test
    void aPeerThatPausesIsNotReadAndLosesNothing() throws Exception {
        TestUnit hall = unit("hall");
        Counting atHall = new Counting(hall, 64 * 1024, 10_000);
        DialledLink out = (DialledLink) unit("attic").dial(hall);
        atHall.send(out, 1);
        hall.link().pause();
        AtomicInteger sent = new AtomicInteger(1);
        AtomicInteger seen = new AtomicInteger(-1);
        // Nobody reads it: what is sent stays where it is, however much is sent after it.
        await().atMost(TestUnit.PATIENCE)
                .pollInterval(1, TimeUnit.MILLISECONDS)
                .during(300, TimeUnit.MILLISECONDS)
                .until(() -> {
                    if (out.unsentBytes() < 1024 * 1024) {
                        atHall.send(out, sent.getAndIncrement(), 1);
                        return false;
                    }
                    int before = seen.getAndSet(atHall.received.get());
                    return seen.get() == before;
                });
        hall.link().resume();
        atHall.expect(sent.get());
    }

    @Test
    void aDiallerThatPausesHoldsWhatComesAndLosesNothing() throws Exception {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        DialledLink out = (DialledLink) attic.dial(hall);
        new Counting(hall, 8, 1).send(out, 1);
        Counting atAttic = new Counting(attic, 1_000, 10_000);
        out.pause();
        atAttic.send(hall.link(), 1_000);
        await().atMost(TestUnit.PATIENCE).until(() -> out.heldBytes() == 1_000_000);
        assertThat(atAttic.received.get()).isZero();
        out.resume();
        atAttic.expect(1_000);

        out.pause();
        Link in = hall.link();
        AtomicLong sent = new AtomicLong();
        await().atMost(TestUnit.PATIENCE).pollInterval(1, TimeUnit.MILLISECONDS).until(() -> {
            if (out.heldBytes() == sent.get()) {
                sent.addAndGet(TestUnit.LARGEST_VALUE);
                in.send(new byte[TestUnit.LARGEST_VALUE]);
            }
            return !attic.closed.isEmpty();
        });
        assertThat(attic.closed).containsExactly("it sends more than anybody has room for");
    }

    @Test
    void aUnitIsDialledAgainWhenItIsBackAndItsLinkIsGone() {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        Link first = attic.dial(hall);
        InetSocketAddress where = hall.listen();
        hall.stop();
        await().atMost(TestUnit.PATIENCE).until(() -> !attic.failures.isEmpty());
        assertThat(attic.open).isEmpty();
        assertThat(attic.closed).hasSize(1);
        hall.start(where);
        assertThat(attic.link()).isNotSameAs(first);
    }

    @Test
    void aUnitThatHasDialledInIsNotDialled() throws Exception {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        Counting atHall = new Counting(hall, 10, 1);
        atHall.send(attic.dial(hall), 1);
        Link in = hall.link();
        hall.addresses.put("attic", List.of(attic.address()));
        hall.links.keepLinked(Set.of("attic"));
        hall.links.addressesChanged();
        hall.links.keepLinked(Set.of("attic", "nowhere"));
        // By then the dialler has looked at both.
        await().atMost(TestUnit.PATIENCE).until(() -> hall.failures.stream().anyMatch("no address is known"::equals));
        assertThat(hall.asked).containsOnly("nowhere");
        assertThat(hall.open).containsExactly(in);
        assertThat(attic.open).hasSize(1);
    }

    @Test
    void allAddressesAreTriedInTurnAndLookedUpAnew() {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        attic.addresses.put(
                "hall",
                List.of(
                        new PeerAddress("127.0.0.1", 1),
                        new PeerAddress("no-such-host.invalid", 8883),
                        new PeerAddress("fe80::1%nozone", 8883),
                        hall.address()));
        attic.links.keepLinked(Set.of("hall"));
        assertThat(attic.link().address()).isEqualTo(hall.address().toString());
    }

    @Test
    void aLinkLocalAddressIsDialledWithItsZone() throws Exception {
        Inet6Address address = scoped();
        TestUnit hall = keep(new TestUnit(network.unit("hall"), folder, new InetSocketAddress(address, 0)));
        TestUnit attic = unit("attic");
        String text = "[" + address.getHostAddress() + "]:" + hall.listen().getPort();
        assertThat(text).contains("%");
        attic.addresses.put("hall", List.of(PeerAddress.parse(text)));
        attic.links.keepLinked(Set.of("hall"));
        assertThat(attic.link().address()).isEqualTo(text);
    }

    /** A link-local address of this machine; the loopback's with a zone where there is none. */
    private static Inet6Address scoped() throws IOException {
        for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
            for (InetAddress address : Collections.list(each.getInetAddresses())) {
                if (each.isUp() && address instanceof Inet6Address v6 && v6.isLinkLocalAddress()) {
                    return v6;
                }
            }
        }
        return (Inet6Address) InetAddress.getByName("::1%lo");
    }

    @Test
    void aLinkThatIsClosedIsToldToBothSidesWithTheReason() throws Exception {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        new Counting(hall, 8, 1).send(attic.dial(hall), 1);
        Link in = hall.link();
        in.close("one link too many");
        await().atMost(TestUnit.PATIENCE).until(() -> !attic.closed.isEmpty() && !hall.closed.isEmpty());
        assertThat(hall.closed).first().isEqualTo("one link too many");
        assertThat(attic.closed).first().isEqualTo("one link too many");
        in.send(new byte[8]);

        attic.link().send(new byte[8]);
        hall.link();
        attic.link().close("another reason");
        await().atMost(TestUnit.PATIENCE).until(() -> attic.closed.size() == 2 && hall.closed.size() == 2);
        assertThat(attic.closed.get(1)).isEqualTo("another reason");
        assertThat(hall.closed.get(1)).isEqualTo("ended by the other side: another reason");
    }

    @Test
    void whatWasSentBeforeALinkIsClosedStillArrives() throws Exception {
        TestUnit attic = unit("attic");
        TestUnit hall = unit("hall");
        Counting atHall = new Counting(hall, 1_000, 1_000);
        Link out = attic.dial(hall);
        atHall.send(out, 1);
        Link in = hall.link();
        Counting atAttic = new Counting(attic, 1_000, 1_000);
        atAttic.send(in, 100);
        in.close("said all");
        atAttic.expect(100);
        await().atMost(TestUnit.PATIENCE).until(() -> attic.closed.size() == 1 && hall.closed.size() == 1);

        atHall.received.set(0);
        Link again = attic.link();
        atHall.send(again, 100);
        again.close("said all");
        atHall.expect(100);
    }
}
