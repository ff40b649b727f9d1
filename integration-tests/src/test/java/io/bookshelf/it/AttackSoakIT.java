package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Everything that a client may do to harm a unit, all at once, against one with 48 MB of heap. Those who mean no harm go on
 * being served, and the unit starts again on all that is left behind.
 *
 * <p>{@code -Dbookshelf.attacks=wills,aliases} tries only these.
 */
@Order(1)
final class AttackSoakIT {
    private static final Duration TIME =
            Duration.ofSeconds(Integer.getInteger("bookshelf.soak", Boolean.getBoolean("bookshelf.full") ? 300 : 30));
    private static final String ONLY = System.getProperty("bookshelf.attacks", "");

    @RegisterExtension
    final Units units = Units.perTest();

    private final long seed = Long.getLong("bookshelf.seed", System.nanoTime());
    private final List<Assault> assaults = new ArrayList<>();
    private AttackedUnit target;

    @BeforeEach
    void start() throws Exception {
        System.out.println("AttackSoakIT: -Dbookshelf.seed=" + seed);
        OpenFiles.allow(15_000);
        target = new AttackedUnit(units);
        target.neighbour().start();
        target.start();
    }

    @AfterEach
    void stop() {
        assaults.forEach(Assault::close);
    }

    private void attack() {
        Map<String, Attack> all = new TreeMap<>(SessionAttacks.all());
        all.putAll(PacketAttacks.all());
        all.putAll(DoorAttacks.all(Stranger.tls()));
        if (!ONLY.isEmpty()) {
            List<String> only = List.of(ONLY.split(","));
            assertThat(all.keySet()).containsAll(only);
            all.keySet().retainAll(only);
        }
        all.forEach((name, attack) -> assaults.add(new Assault(name, attack, target, seed)));
    }

    @Test
    void aUnitServesOnAndStartsAgainWhateverClientsDo() throws Exception {
        Bystanders bystanders = new Bystanders(target);
        attack();
        bystanders.lookOn(TIME, () -> assaults.stream().allMatch(Assault::isOver));
        assaults.forEach(assault -> System.out.println("AttackSoakIT: " + assault));
        assertAlive();
        Map<String, String> written = bystanders.end();
        System.out.println("AttackSoakIT: " + bystanders);
        System.out.println("AttackSoakIT: the unit: " + costs());
        awaitNeighbour(written);
        target.neighbour().kill9();
        target.unit().kill9();
        assaults.forEach(Assault::close);
        restart(written);
        assertAlive();
        assertThat(target.unit().terminate()).as(target.unit().log()).isZero();
        restart(written);
    }

    private String costs() {
        return (target.unit().rss() >> 20) + " MB resident, processor time "
                + target.unit().process().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    private void assertAlive() {
        UnitProcess unit = target.unit();
        if (!unit.alive()) {
            throw new AssertionError("the unit ended with " + unit.process().exitValue());
        }
    }

    /** The link holds: what has been written arrives. */
    private void awaitNeighbour(Map<String, String> written) {
        await("the neighbour has it").atMost(RealNetwork.SOON).untilAsserted(() -> {
            try (RawMqtt reader = RawMqtt.connected(target.neighbour().mqtt(), Connect.v5("reader"))) {
                Bystanders.assertHas(target.neighbour(), reader.snapshot(0, Bystanders.WATCHED + "#"), written);
            }
        });
    }

    private void restart(Map<String, String> written) throws IOException {
        target.start();
        System.out.println("AttackSoakIT: started again: " + costs());
        try (RawMqtt reader = target.daemon("reader")) {
            Bystanders.assertHas(target.unit(), reader.snapshot(0, Bystanders.WATCHED + "#"), written);
            assertThat(reader.put("after/start", "1").reason()).isZero();
            assertThat(reader.snapshot(0, "$bookshelf/health").getFirst().text())
                    .contains("\"writable\":true");
        }
        target.owner("phone").close();
    }
}
