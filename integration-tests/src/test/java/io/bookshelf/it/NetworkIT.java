package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.RevocationList;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.ResourceLock;

/** A few units as processes in network namespaces, over IPv6 link-local addresses: cut, killed, lossy, revoked. */
@ResourceLock("namespaces")
final class NetworkIT {
    @RegisterExtension
    final Units units = Units.perTest();

    private @Nullable RealNetwork started;
    private @Nullable Namespaces namespaces;

    private void start(String... names) throws IOException {
        namespaces = new Namespaces(List.of(names));
        started = units.closing(new RealNetwork(units, namespaces, List.of(names)));
        started.awaitInSync();
    }

    private RealNetwork network() {
        return Objects.requireNonNull(started);
    }

    private Namespaces hosts() {
        return Objects.requireNonNull(namespaces);
    }

    private RawMqtt client(String name) {
        return units.closing(RawMqtt.connected(network().unit(name).mqtt(), Connect.v5("test-" + name)));
    }

    private void allHaveTheSame() {
        await("all have the same").atMost(RealNetwork.SOON).untilAsserted(() -> {
            List<String> names = network().names();
            Map<String, String> first = network().state(names.getFirst(), "k/#", "private/#");
            for (String name : names) {
                assertThat(network().state(name, "k/#", "private/#")).as(name).isEqualTo(first);
            }
        });
    }

    @Test
    void aNetworkThatWasCutAndKilledComesBackTogether() throws IOException {
        start("hall", "attic", "cellar");
        RawMqtt hall = client("hall");
        for (int i = 0; i < 100; i++) {
            hall.put("k/" + i, "first");
        }
        hall.put("private/wifi", "secret");
        hall.put("local/mine", "stays");
        allHaveTheSame();
        assertThat(network().state("attic", "#"))
                .containsEntry("private/wifi", "secret")
                .doesNotContainKey("local/mine");

        hosts().cut("attic");
        RawMqtt attic = client("attic");
        for (int i = 0; i < 30; i++) {
            attic.put("k/" + i, "attic");
            hall.put("k/" + (i + 20), "hall");
        }
        for (int i = 60; i < 80; i++) {
            hall.put("k/" + i, "");
            attic.put("k/new/" + i, "attic");
        }
        network().unit("cellar").kill9();
        attic.put("k/25", "the last one");
        network().unit("cellar").start();
        hosts().heal("attic");

        allHaveTheSame();
        assertThat(network().state("cellar", "k/#"))
                .containsEntry("k/5", "attic")
                .containsEntry("k/40", "hall")
                .containsEntry("k/25", "the last one")
                .containsEntry("k/new/70", "attic")
                .doesNotContainKey("k/65");
        network().awaitInSync();
        await("the conflict is told").atMost(RealNetwork.SOON).until(() -> network().names().stream()
                .anyMatch(name -> network()
                        .state(name, "$bookshelf/conflicts")
                        .getOrDefault("$bookshelf/conflicts", "")
                        .contains("\"key\":\"k/25\"")));
    }

    @Test
    void unitsAgreeOverALossyNetworkAndWhenOneDirectionIsGone() throws IOException {
        start("hall", "attic");
        hosts().lose("attic", 30);
        RawMqtt hall = client("hall");
        RawMqtt attic = client("attic");
        for (int i = 0; i < 200; i++) {
            hall.put("k/h" + i, "1");
            attic.put("k/a" + i, "1");
        }
        allHaveTheSame();
        hosts().heal("attic");
        hosts().cutOneWay("attic");
        attic.put("k/a1", "2");
        hall.put("k/h1", "");
        hosts().heal("attic");
        allHaveTheSame();
        assertThat(network().state("hall", "k/#")).containsEntry("k/a1", "2").doesNotContainKey("k/h1");
    }

    @Test
    void aRevokedUnitIsCutOffAndAStrangerIsNotLetIn() throws IOException {
        start("hall", "attic");
        RevocationList list = network()
                .authority()
                .revoke(List.of(new PeerIdentity("home", Role.UNIT, "attic")))
                .getFirst();
        RawMqtt hall = client("hall");
        hall.publish(list.key(), list.der(), 1, true, 9, Props.none());
        hall.expect(Packet.PUBACK);
        await("the link is cut").atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(
                        network().peers("hall").get("attic"))
                .contains("\"state\":\"unreachable\""));
        hall.put("k/after", "1");
        hall.publish(list.key(), "", 1, true, 10);
        hall.expect(Packet.PUBACK);
        network().unit("hall").kill9();
        network().unit("hall").start();
        await("it is refused, and the log says why")
                .atMost(RealNetwork.SOON)
                .until(() -> Files.readString(network().unit("hall").stderr()).contains("revoked"));
        assertThat(network().state("attic", "k/#")).isEmpty();
    }
}
