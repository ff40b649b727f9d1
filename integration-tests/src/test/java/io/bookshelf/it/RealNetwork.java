package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.broker.peer.PeerIdentity.Role;
import io.bookshelf.pki.AuthorityFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;

/**
 * A network of units as processes, each with a certificate of one authority and a list of its own of where the others are.
 * What they hold is compared key by key through MQTT, with what was written last; that is told here by whoever writes.
 */
final class RealNetwork implements Closeable {
    /** How long units may take for what takes seconds on a calm machine; the larger networks of the long run take more. */
    static final Duration SOON = Duration.ofSeconds(Boolean.getBoolean("bookshelf.full") ? 300 : 60);

    /** Under which a network's keys are compared. */
    static final String KEYS = "k/#";

    private final Ground ground;
    private final Path folder;
    private final AuthorityFolder authority;
    private final Map<String, UnitProcess> network = new LinkedHashMap<>();
    private final Map<String, String> written = new TreeMap<>();

    /** Makes and starts the units. */
    RealNetwork(Units units, Ground ground, List<String> names) throws IOException {
        this.ground = ground;
        folder = units.folder();
        authority = AuthorityFolder.init(folder.resolve("authority"), "home", InstantSource.system());
        for (String name : names) {
            Path certificates = folder.resolve(name + "-pki");
            authority.issue(Role.UNIT, name, 30, certificates, null);
            List<String> more = List.of(
                    "--listen",
                    ground.listen(name),
                    "--pki",
                    certificates.toString(),
                    "--peers",
                    list(name).toString());
            UnitProcess unit =
                    new UnitProcess(folder.resolve(name), name, ground.wrapper(name), ground.host(name), more);
            network.put(name, units.caring(unit));
        }
        for (String name : names) {
            writeList(name, to -> ground.address(name, to));
        }
        network.values().parallelStream().forEach(UnitProcess::start);
    }

    private Path list(String name) {
        return folder.resolve(name + "-peers.toml");
    }

    /** Writes a unit's list of where the others are; a unit that runs takes it up. */
    void writeList(String of, UnaryOperator<String> address) throws IOException {
        StringBuilder peers = new StringBuilder();
        for (String to : network.keySet()) {
            if (!to.equals(of)) {
                peers.append("[units.%s]%naddresses = [\"%s\"]%n".formatted(to, address.apply(to)));
            }
        }
        Path fresh = Files.writeString(folder.resolve(of + "-peers.new"), peers.toString());
        Files.move(fresh, list(of), StandardCopyOption.REPLACE_EXISTING);
    }

    AuthorityFolder authority() {
        return authority;
    }

    UnitProcess unit(String name) {
        return Objects.requireNonNull(network.get(name), name);
    }

    List<String> names() {
        return List.copyOf(network.keySet());
    }

    /** Writes through a unit, and notes it as what was written last; an empty value deletes. */
    void write(String name, List<Putter.Put> puts) throws InterruptedException {
        try (RawMqtt client = RawMqtt.connected(unit(name).mqtt(), Connect.v5("writer"))) {
            Putter.putAll(client, puts.size(), puts::get);
        }
        for (Putter.Put put : puts) {
            if (put.value().isEmpty()) {
                written.remove(put.key());
            } else {
                written.put(put.key(), put.value());
            }
        }
        // What is written next, elsewhere, is later by the clock too.
        long now = System.currentTimeMillis();
        while (System.currentTimeMillis() == now) {
            Thread.onSpinWait();
        }
    }

    /** All that a client of the unit gets to see under these filters. */
    Map<String, String> state(String name, String... filters) {
        try (RawMqtt client = RawMqtt.connected(unit(name).mqtt(), Connect.v5("reader"))) {
            Map<String, String> state = new TreeMap<>();
            for (Packet packet : client.snapshot(0, filters)) {
                state.put(packet.topic(), packet.text());
            }
            return state;
        }
    }

    /** What a unit says of each of the others, by its name. */
    Map<String, String> peers(String name) {
        Map<String, String> peers = new TreeMap<>();
        state(name, "$bookshelf/peers/#")
                .forEach((topic, said) -> peers.put(topic.substring("$bookshelf/peers/".length()), said));
        return peers;
    }

    /** Waits until each unit has exactly what was written last, key by key. */
    void agree() throws Exception {
        agree(names(), () -> {});
    }

    /** What brings units together. */
    interface Cause {
        void happen() throws Exception;
    }

    /**
     * Waits until each of these units has told a subscriber exactly what was written last, key by key, and then asks each for
     * all of it again.
     *
     * @return how long after the cause the last of them had
     */
    Duration agree(Collection<String> those, Cause cause) throws Exception {
        List<Mirror> mirrors = new ArrayList<>();
        try {
            for (String name : those) {
                mirrors.add(new Mirror(name, unit(name), written));
            }
            long began = System.nanoTime();
            cause.happen();
            CompletableFuture.allOf(mirrors.stream().map(Mirror::equal).toArray(CompletableFuture[]::new))
                    .get(SOON.toSeconds(), TimeUnit.SECONDS);
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            for (String name : those) {
                assertThat(state(name, KEYS)).as(name).isEqualTo(written);
            }
            return took;
        } catch (Exception e) {
            throw new AssertionError(
                    String.join("\n", mirrors.stream().map(Mirror::toString).toList()), e);
        } finally {
            mirrors.forEach(Mirror::close);
        }
    }

    /** Waits until every unit says of exactly these others that it cannot reach them: all to which no link is possible. */
    void awaitLinks(BiPredicate<String, String> linked) {
        await("links").atMost(SOON).untilAsserted(() -> names().forEach(name -> peers(name)
                .forEach((peer, said) -> assertThat(!said.contains("\"state\":\"unreachable\""))
                        .as("%s is linked to %s: %s", name, peer, said)
                        .isEqualTo(linked.test(name, peer)))));
    }

    /** Waits until every unit says of every other that both hold the same. */
    void awaitInSync() {
        await("all are in sync").atMost(SOON).untilAsserted(() -> names().forEach(
                        name -> assertThat(peers(name).values())
                                .as(name)
                                .hasSize(network.size() - 1)
                                .allSatisfy(peer -> assertThat(peer).contains("\"state\":\"in sync\""))));
    }

    @Override
    public void close() {
        network.values().forEach(UnitProcess::close);
        ground.close();
    }
}
