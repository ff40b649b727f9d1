package io.bookshelf.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.bookshelf.client.Bookshelf;
import io.bookshelf.client.Codecs;
import io.bookshelf.client.ConnectOptions;
import io.bookshelf.client.ShelfMap;
import io.bookshelf.client.pattern.Counter;
import io.bookshelf.client.pattern.Leader;
import io.bookshelf.client.pattern.Lease;
import io.bookshelf.client.pattern.MergedSet;
import io.bookshelf.client.pattern.Presence;
import io.bookshelf.client.pattern.Rollout;
import io.bookshelf.client.pattern.Services;
import io.bookshelf.client.pattern.UnitTable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The coordination patterns of the Java library on two units, before, during and after a cut between them. */
final class PatternsIT {
    private static final List<String> NAMES = List.of("hall", "attic");
    private static final Duration FOR_LONG = Duration.ofMinutes(5);

    @RegisterExtension
    static final Units UNITS = Units.perClass();

    private static Relays cables;
    private static RealNetwork network;

    private Bookshelf hall;
    private Bookshelf attic;

    @BeforeAll
    static void start() throws Exception {
        cables = new Relays(NAMES, Duration.ZERO);
        network = new RealNetwork(UNITS, cables, NAMES);
        network.awaitInSync();
    }

    @AfterAll
    static void end() {
        network.close();
    }

    @BeforeEach
    void connect() {
        hall = UNITS.closing(at("hall").connect());
        attic = UNITS.closing(at("attic").connect());
    }

    @AfterEach
    void together() {
        cables.all().forEach(Relay::heal);
        network.awaitInSync();
    }

    private static ConnectOptions at(String unit) {
        return Bookshelf.at("mqtt://127.0.0.1:" + network.unit(unit).mqtt().getPort())
                .timeout(RawMqtt.PATIENCE);
    }

    private static void cut() {
        cables.all().forEach(Relay::cut);
        network.awaitLinks((from, to) -> false);
    }

    private static void heal() {
        cables.all().forEach(Relay::heal);
    }

    private static ConditionFactory soon() {
        return await().atMost(RealNetwork.SOON);
    }

    @Test
    void eachUnitHasRowsOfItsOwnAndAllSeeTheNewestOfEach() {
        try (UnitTable<String> here = new UnitTable<>(hall, "clients/", "hall", Codecs.text());
                UnitTable<String> there = new UnitTable<>(attic, "clients/", "attic", Codecs.text())) {
            here.put("phone", "-50");
            here.put("laptop", "-60");
            soon().until(() -> there.merged().size() == 2);
            cut();
            there.put("phone", "-40");
            here.replaceOwn(Map.of("phone", "-80"));
            heal();
            for (UnitTable<String> table : List.of(here, there)) {
                soon().until(() -> table.merged().keySet().equals(Set.of("phone"))
                        && table.merged().get("phone") != null);
            }
            there.put("phone", "-41");
            for (UnitTable<String> table : List.of(here, there)) {
                soon().until(() -> {
                    UnitTable.Row<String> row = table.merged().get("phone");
                    return row != null
                            && row.unit().equals("attic")
                            && row.value().equals("-41");
                });
            }
        }
    }

    @Test
    void countersAndSetsMergeWhatBothSidesDidDuringACut() {
        try (Counter here = Counter.open(hall, "joins", "hall", RawMqtt.PATIENCE);
                Counter there = Counter.open(attic, "joins", "attic", RawMqtt.PATIENCE);
                MergedSet blockedHere = new MergedSet(hall, "blocked", "hall");
                MergedSet blockedThere = new MergedSet(attic, "blocked", "attic")) {
            here.add(5);
            blockedHere.add("tv");
            soon().until(() -> there.sum() == 5 && blockedThere.members().contains("tv"));
            cut();
            here.add(10);
            there.add(-2);
            blockedThere.remove("tv");
            blockedHere.add("tablet");
            blockedThere.add("tablet");
            blockedThere.add("lamp");
            heal();
            soon().until(() -> here.sum() == 13 && there.sum() == 13);
            for (MergedSet set : List.of(blockedHere, blockedThere)) {
                soon().until(() -> set.members().equals(Set.of("lamp", "tablet")));
            }
        }
        try (Counter again = Counter.open(hall, "joins", "hall", RawMqtt.PATIENCE)) {
            again.add(1);
            assertThat(again.sum()).as("goes on where it was").isEqualTo(14);
        }
    }

    @Test
    void aLeaseHasOneHolderAtAUnitAndAfterACutOneOfTwoIsToldThatItLost() {
        AtomicInteger lost = new AtomicInteger();
        Optional<Lease> first = Lease.take(hall, "scan", "one", FOR_LONG, lost::incrementAndGet);
        assertThat(first).isPresent();
        assertThat(Lease.take(hall, "scan", "two", FOR_LONG, lost::incrementAndGet))
                .isEmpty();
        assertThat(Lease.holder(hall, "scan")).contains("one");
        first.orElseThrow().close();
        assertThat(lost).hasValue(0);
        soon().until(() -> attic.get("lease/scan").isEmpty());
        cut();
        Optional<Lease> here = Lease.take(hall, "scan", "one", FOR_LONG, lost::incrementAndGet);
        Optional<Lease> there = Lease.take(attic, "scan", "two", FOR_LONG, lost::incrementAndGet);
        assertThat(here.orElseThrow().isHeld() && there.orElseThrow().isHeld())
                .as("no exclusion in a divided network")
                .isTrue();
        heal();
        soon().until(() -> lost.get() == 1);
        assertThat(here.orElseThrow().isHeld()).isNotEqualTo(there.orElseThrow().isHeld());
        here.orElseThrow().close();
        there.orElseThrow().close();
    }

    @Test
    void aLeaseWhoseUnitIsGoneIsLostWhenItsTimeIsOverAndNotTakenBack() {
        AtomicInteger lost = new AtomicInteger();
        Relay cable = UNITS.closing(new Relay(network.unit("hall").mqtt(), Duration.ZERO));
        Bookshelf far =
                UNITS.closing(Bookshelf.at("mqtt://127.0.0.1:" + cable.address().getPort())
                        .timeout(FOR_LONG)
                        .connect());
        Lease lease = Lease.take(far, "far", "one", Duration.ofSeconds(3), lost::incrementAndGet)
                .orElseThrow();
        assertThat(lease.isHeld()).isTrue();
        cable.cut();
        soon().until(() -> lost.get() == 1);
        assertThat(lease.isHeld()).isFalse();
        // As its expiry does, where the units know the time.
        hall.delete("lease/far");
        assertThat(Lease.take(hall, "far", "two", FOR_LONG, () -> {})).isPresent();
        cable.heal();
        // Behind whatever the client had still to write.
        far.put("patterns/after", "heal");
        lease.close();
        assertThat(Lease.holder(hall, "far")).contains("two");
    }

    @Test
    void aLeaderIsToldThatItLostAndEachSideOfACutHasOne() {
        AtomicInteger here = new AtomicInteger();
        AtomicInteger there = new AtomicInteger();
        try (Leader first = Leader.stand(hall, "plan", "hall", 1, FOR_LONG, leads -> here.addAndGet(leads ? 1 : -1))) {
            soon().until(() -> here.get() == 1);
            try (Leader second =
                    Leader.stand(attic, "plan", "attic", 0, FOR_LONG, leads -> there.addAndGet(leads ? 1 : -1))) {
                soon().until(() -> there.get() == 1 && here.get() == 0);
                assertThat(first.leader()).contains("attic");
                assertThat(second.leads()).isTrue();
                cut();
                second.close();
                assertThat(there).hasValue(0);
                heal();
                soon().until(first::leads);
            }
            assertThat(here).hasValue(1);
        }
        assertThat(here).hasValue(0);
    }

    @Test
    void presenceGoesWithTheProgramAndIsWrittenAgainWhenALateWillDeletesIt() {
        Relay cable = UNITS.closing(new Relay(network.unit("hall").mqtt(), Duration.ZERO));
        ConnectOptions throughCable =
                Bookshelf.at("mqtt://127.0.0.1:" + cable.address().getPort());
        try (ShelfMap<String> who = Presence.who(attic);
                Presence here = Presence.announce(throughCable, "lamp", "up", FOR_LONG)) {
            soon().until(() -> who.names().contains("lamp"));
            AtomicInteger changes = new AtomicInteger();
            who.onChange(changes::incrementAndGet);
            cable.cut();
            soon().until(() -> !who.names().contains("lamp"));
            cable.heal();
            soon().until(() -> who.names().contains("lamp"));
            hall.delete("presence/lamp");
            soon().until(() -> changes.get() >= 4 && who.names().contains("lamp"));
            here.close();
            soon().until(() -> !who.names().contains("lamp"));
        }
    }

    @Test
    void aRolloutGoesWhenAllAreReadyForThisPlanAndANewPlanMakesItVoid() {
        try (Rollout here = new Rollout(hall, "channel");
                Rollout there = new Rollout(attic, "channel")) {
            here.propose("36");
            soon().until(() -> there.plan().equals(Optional.of("36")));
            there.ready("attic");
            soon().until(() -> here.ready().contains("attic"));
            assertThat(here.goIfReady(NAMES)).isFalse();
            here.ready("hall");
            soon().until(() -> here.goIfReady(NAMES));
            soon().until(there::isGo);
            there.propose("100");
            soon().until(() -> here.plan().equals(Optional.of("100"))
                    && !here.isGo()
                    && here.ready().isEmpty());
            for (int plan = 0; plan < 20; plan++) {
                soon().until(() -> {
                    here.ready("hall");
                    return here.ready().contains("hall");
                });
                here.propose("plan " + plan);
                assertThat(here.goIfReady(List.of("hall")))
                        .as("for the plan before")
                        .isFalse();
                String proposed = "plan " + plan;
                soon().until(() -> here.plan().equals(Optional.of(proposed)));
            }
        }
    }

    @Test
    void anAddressBookHasTheOffersThatAreKeptAlive() {
        try (Services dns = new Services(hall, "dns")) {
            Services.Offer far = Services.offer(attic, "dns", "attic", "192.168.1.3:53", FOR_LONG);
            soon().until(() -> dns.nearest("hall").equals(Optional.of("192.168.1.3:53")));
            try (Services.Offer near = Services.offer(hall, "dns", "hall", "192.168.1.2:53", FOR_LONG)) {
                soon().until(() -> dns.nearest("hall").equals(Optional.of("192.168.1.2:53")));
                far.close();
                soon().until(() -> dns.addresses().equals(Map.of("hall", "192.168.1.2:53")));
                assertThat(near).isNotNull();
            }
            soon().until(() -> dns.addresses().isEmpty());
        }
    }

    /** The unit has given it to another one, which its holder has not heard of yet. */
    @Test
    void aLeaseThatIsGivenBackLeavesThatOfASuccessor() throws Exception {
        Relay cable = new Relay(network.unit("hall").mqtt(), Duration.ZERO);
        try (cable;
                Bookshelf slow = Bookshelf.at(
                                "mqtt://127.0.0.1:" + cable.address().getPort())
                        .connect()) {
            Lease lease = Lease.take(slow, "late", "one", FOR_LONG, () -> {}).orElseThrow();
            cable.holdAnswers();
            hall.put("lease/late", "two x");
            assertThat(lease.isHeld()).as("as far as it knows").isTrue();
            long before = cable.traffic().bytesThere();
            Thread closing = Thread.ofVirtual().start(lease::close);
            await("it speaks").until(() -> cable.traffic().bytesThere() > before);
            cable.letAnswersThrough();
            assertThat(closing.join(RawMqtt.PATIENCE)).isTrue();
            assertThat(Lease.holder(hall, "late")).contains("two");
        }
        try (Lease lease = Lease.take(hall, "own", "one", FOR_LONG, () -> {}).orElseThrow()) {
            assertThat(lease.isHeld()).isTrue();
        }
        assertThat(Lease.holder(hall, "own")).as("its own is gone").isEmpty();
    }

    @Test
    void aRolloutGoesOnlyForThePlanForWhichAllThatTakePartAreReady() {
        try (Rollout here = new Rollout(hall, "all");
                Rollout there = new Rollout(hall, "all")) {
            assertThat(here.go()).as("no plan").isFalse();
            here.propose("one");
            assertThat(here.go()).as("nobody is ready").isFalse();
            await().until(() -> there.plan().equals(Optional.of("one")));
            there.ready("hall");
            there.ready("attic");
            assertThat(here.go()).isTrue();
            await().until(there::isGo);
            here.propose("two");
            assertThat(here.go()).as("nobody is ready for the newer plan").isFalse();
            await().until(() -> there.plan().equals(Optional.of("two")));
            there.ready("hall");
            assertThat(here.go()).as("one of two").isFalse();
            assertThat(there.isGo()).isFalse();
            assertThat(here.goIfReady(List.of("hall"))).isTrue();
            await().until(there::isGo);
        }
    }
}
