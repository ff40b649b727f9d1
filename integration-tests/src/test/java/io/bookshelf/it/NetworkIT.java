package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity;
import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import io.bookshelf.pki.RevocationList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Units as processes in network namespaces, over IPv6 link-local addresses: cut, killed, lossy. What they hold is compared key
 * by key through MQTT.
 */
final class NetworkIT {
    private static final int PEERS = 8883;
    private static final Duration SOON = Duration.ofSeconds(60);

    @RegisterExtension
    final Units units = Units.perTest();

    private final Map<String, UnitProcess> network = new LinkedHashMap<>();
    private @Nullable Namespaces namespaces;
    private @Nullable AuthorityFolder issuer;

    private void start(String... names) throws IOException {
        Namespaces hosts = new Namespaces(List.of(names));
        namespaces = hosts;
        Path folder = units.folder();
        AuthorityFolder authority = AuthorityFolder.init(folder.resolve("authority"), "home", InstantSource.system());
        StringBuilder peers = new StringBuilder();
        for (String name : names) {
            peers.append("[units.%s]%naddresses = [\"[%s]:%d\"]%n".formatted(name, hosts.linkLocal(name), PEERS));
        }
        issuer = authority;
        Path list = Files.writeString(folder.resolve("peers.toml"), peers.toString());
        for (String name : names) {
            Path certificates = folder.resolve(name + "-pki");
            authority.issue(Role.UNIT, name, 30, certificates, null);
            List<String> more =
                    List.of("--listen", "[::]:" + PEERS, "--pki", certificates.toString(), "--peers", list.toString());
            network.put(
                    name,
                    units.caring(new UnitProcess(
                            folder.resolve(name), name, hosts.wrapper(name), hosts.address(name), more)));
        }
        network.values().parallelStream().forEach(UnitProcess::start);
    }

    @AfterEach
    void takeAway() {
        network.values().forEach(UnitProcess::close);
        if (namespaces != null) {
            namespaces.close();
        }
    }

    private Namespaces hosts() {
        return Objects.requireNonNull(namespaces);
    }

    private UnitProcess unit(String name) {
        return Objects.requireNonNull(network.get(name));
    }

    private RawMqtt client(String name) {
        return units.closing(RawMqtt.connected(unit(name).mqtt(), Connect.v5("test-" + name)));
    }

    /** All that a client of the unit gets to see, but its own topics. */
    private static Map<String, String> state(UnitProcess unit, String... filters) {
        try (RawMqtt client = RawMqtt.connected(unit.mqtt(), Connect.v5("reader"))) {
            Map<String, String> state = new TreeMap<>();
            for (Packet packet : client.snapshot(0, filters)) {
                state.put(packet.topic(), packet.text());
            }
            return state;
        }
    }

    private void allHaveTheSame() {
        List<String> names = new ArrayList<>(network.keySet());
        await("all have the same").atMost(SOON).untilAsserted(() -> {
            Map<String, String> first = state(unit(names.getFirst()), "k/#", "private/#");
            for (String name : names) {
                assertThat(state(unit(name), "k/#", "private/#")).as(name).isEqualTo(first);
            }
        });
    }

    private void allAreInSync() {
        await("all are in sync")
                .atMost(SOON)
                .untilAsserted(() -> network.forEach((name, unit) -> assertThat(
                                state(unit, "$bookshelf/peers/#").values())
                        .as(name)
                        .hasSize(network.size() - 1)
                        .allSatisfy(peer -> assertThat(peer).contains("\"state\":\"in sync\""))));
    }

    @Test
    void aNetworkThatWasCutAndKilledComesBackTogether() throws IOException {
        start("hall", "attic", "cellar");
        allAreInSync();
        RawMqtt hall = client("hall");
        for (int i = 0; i < 100; i++) {
            hall.put("k/" + i, "first");
        }
        hall.put("private/wifi", "secret");
        hall.put("local/mine", "stays");
        allHaveTheSame();
        assertThat(state(unit("attic"), "#"))
                .containsEntry("private/wifi", "secret")
                .doesNotContainKey("local/mine");

        hosts().cut("attic", PEERS);
        RawMqtt attic = client("attic");
        for (int i = 0; i < 30; i++) {
            attic.put("k/" + i, "attic");
            hall.put("k/" + (i + 20), "hall");
        }
        for (int i = 60; i < 80; i++) {
            hall.put("k/" + i, "");
            attic.put("k/new/" + i, "attic");
        }
        unit("cellar").kill9();
        attic.put("k/25", "the last one");
        unit("cellar").start();
        hosts().heal("attic");

        allHaveTheSame();
        Map<String, String> state = state(unit("cellar"), "k/#");
        assertThat(state)
                .containsEntry("k/5", "attic")
                .containsEntry("k/40", "hall")
                .containsEntry("k/25", "the last one")
                .containsEntry("k/new/70", "attic")
                .doesNotContainKey("k/65");
        allAreInSync();
        await("the conflict is told").atMost(SOON).until(() -> network.values().stream()
                .anyMatch(unit -> state(unit, "$bookshelf/conflicts")
                        .getOrDefault("$bookshelf/conflicts", "")
                        .contains("\"key\":\"k/25\"")));
    }

    @Test
    void unitsAgreeOverALossyNetworkAndWhenOneDirectionIsGone() throws IOException {
        start("hall", "attic");
        allAreInSync();
        hosts().lose("attic", PEERS, 30);
        RawMqtt hall = client("hall");
        RawMqtt attic = client("attic");
        for (int i = 0; i < 200; i++) {
            hall.put("k/h" + i, "1");
            attic.put("k/a" + i, "1");
        }
        allHaveTheSame();
        hosts().heal("attic");
        hosts().cutOneWay("attic", PEERS);
        attic.put("k/a1", "2");
        hall.put("k/h1", "");
        hosts().heal("attic");
        allHaveTheSame();
        assertThat(state(unit("hall"), "k/#")).containsEntry("k/a1", "2").doesNotContainKey("k/h1");
    }

    @Test
    void aRevokedUnitIsCutOffAndAStrangerIsNotLetIn() throws IOException {
        start("hall", "attic");
        allAreInSync();
        RevocationList list = Objects.requireNonNull(issuer)
                .revoke(List.of(new PeerIdentity("home", Role.UNIT, "attic")))
                .getFirst();
        RawMqtt hall = client("hall");
        hall.publish(list.key(), list.der(), 1, true, 9, Props.none());
        hall.expect(Packet.PUBACK);
        await("the link is cut").atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertThat(
                        state(unit("hall"), "$bookshelf/peers/attic").get("$bookshelf/peers/attic"))
                .contains("\"state\":\"unreachable\""));
        hall.put("k/after", "1");
        hall.publish(list.key(), "", 1, true, 10);
        hall.expect(Packet.PUBACK);
        unit("hall").kill9();
        unit("hall").start();
        await("it is refused, and the log says why")
                .atMost(SOON)
                .until(() -> Files.readString(unit("hall").stderr()).contains("revoked"));
        assertThat(state(unit("attic"), "k/#")).isEmpty();
    }
}
