package io.bookshelf.broker.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final long TOTAL = 100_000;

    private final List<String> lines = new ArrayList<>();
    private final MemoryBudget budget = new MemoryBudget(TOTAL, lines::add);
    private final List<String> gone = new ArrayList<>();
    private int names;

    private MemoryHolder open(String principal, String address, String listener, Tier tier) {
        return budget.open(new Owner(principal, address, listener, tier), () -> {});
    }

    /** Somebody whom no quota of a principal, address or listener joins with others. */
    private MemoryHolder another(Tier tier) {
        names++;
        return open("p" + names, "a" + names, "l" + names, tier);
    }

    /** Somebody who is idle, and goes when asked to. */
    private MemoryHolder idle(Owner owner, Kind kind, long bytes) {
        MemoryHolder[] self = new MemoryHolder[1];
        self[0] = budget.open(owner, () -> {
            gone.add(owner.principal());
            self[0].close();
        });
        assertThat(self[0].take(kind, bytes)).isEqualTo(Verdict.GRANTED);
        self[0].idle(true);
        return self[0];
    }

    /** Takes 250 bytes for each of as many holders as get them. */
    private long fill(Tier tier, Kind... kinds) {
        long got = 0;
        for (Kind kind : kinds) {
            while (another(tier).take(kind, 250).granted()) {
                got += 250;
            }
        }
        return got;
    }

    @Test
    void aThirdOfTheHeapIsTheBudget() {
        assertThat(MemoryBudget.forHeap(48 << 20)).isEqualTo(16 << 20);
        assertThat(MemoryBudget.forHeap(1L << 40)).isEqualTo(1 << 30);
    }

    @Test
    void strangersLeaveRoomForLoopbackAndThoseForLinks() {
        assertThat(fill(Tier.STRANGER, Kind.values())).isEqualTo(60_000);
        assertThat(fill(Tier.LOCAL, Kind.values())).isEqualTo(25_000);
        assertThat(fill(Tier.LINK, Kind.values())).isEqualTo(15_000);
        assertThat(budget.used()).isEqualTo(TOTAL);
        assertThat(another(Tier.STRANGER).take(Kind.WILL, 1)).isEqualTo(Verdict.BUSY);
    }

    @Test
    void whatLinksHoldIsNotGivenTwice() {
        assertThat(fill(Tier.LINK, Kind.values())).isEqualTo(TOTAL);
        assertThat(another(Tier.STRANGER).take(Kind.INPUT, 1)).isEqualTo(Verdict.BUSY);
    }

    @Test
    void eachKindIsBoundedAndLeavesRoomForLoopbackAndLinks() {
        assertThat(fill(Tier.STRANGER, Kind.SESSION)).isEqualTo(18_000);
        assertThat(fill(Tier.LOCAL, Kind.SESSION)).isEqualTo(7_500);
        assertThat(fill(Tier.LINK, Kind.SESSION)).isEqualTo(4_500);
        assertThat(another(Tier.STRANGER).take(Kind.INPUT, 1)).isEqualTo(Verdict.GRANTED);
    }

    @Test
    void oneHolderGetsAQuarterOfItsTier() {
        MemoryHolder one = another(Tier.LOCAL);
        assertThat(one.take(Kind.EVENT, 15_938)).isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(one.take(Kind.EVENT, 15_937)).isEqualTo(Verdict.GRANTED);
        assertThat(one.take(Kind.INPUT, 1)).isEqualTo(Verdict.QUOTA_EXCEEDED);
    }

    @Test
    void whoReadsGoesOnHoweverMuchIsHeldForOtherThings() {
        MemoryHolder one = open("anna", "10.0.0.1", "l", Tier.STRANGER);
        while (one.take(Kind.EVENT, 100).granted()) {}
        for (Kind kind : Kind.values()) {
            if (kind != Kind.DELIVERY) {
                fill(Tier.STRANGER, kind);
            }
        }
        assertThat(one.take(Kind.DELIVERY, 15_000)).isEqualTo(Verdict.GRANTED);
        assertThat(one.take(Kind.DELIVERY, 1)).isEqualTo(Verdict.BUSY);
    }

    @Test
    void whatManyShareHasNoQuotaOfAHolder() {
        MemoryHolder shared = budget.openShared();
        assertThat(shared.take(Kind.EVENT, 25_500)).isEqualTo(Verdict.GRANTED);
        assertThat(shared.take(Kind.EVENT, 1)).isEqualTo(Verdict.BUSY);
    }

    @Test
    void aPrincipalHasAQuotaOverAllItsConnections() {
        for (int i = 0; i < 2; i++) {
            assertThat(open("anna", "a" + i, "l" + i, Tier.STRANGER).take(Kind.values()[i], 9_000))
                    .isEqualTo(Verdict.GRANTED);
        }
        assertThat(open("anna", "b", "c", Tier.STRANGER).take(Kind.EVENT, 1)).isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(open("bert", "b", "c", Tier.STRANGER).take(Kind.EVENT, 1)).isEqualTo(Verdict.GRANTED);
        assertThat(open("", "b", "c", Tier.STRANGER).take(Kind.EVENT, 1)).isEqualTo(Verdict.GRANTED);
    }

    @Test
    void anAddressHasAQuotaOverAllItsConnections() {
        for (int i = 0; i < 2; i++) {
            assertThat(open("p" + i, "10.0.0.1", "l" + i, Tier.STRANGER).take(Kind.values()[i], 9_000))
                    .isEqualTo(Verdict.GRANTED);
        }
        assertThat(open("x", "10.0.0.1", "y", Tier.STRANGER).take(Kind.EVENT, 1))
                .isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(open("x", "10.0.0.2", "y", Tier.STRANGER).take(Kind.EVENT, 1))
                .isEqualTo(Verdict.GRANTED);
    }

    @Test
    void strangersAtOneListenerLeaveRoomAtAnother() {
        long got = 0;
        for (Kind kind : Kind.values()) {
            while (open("", "a" + ++names, "web-tls", Tier.STRANGER)
                    .take(kind, 250)
                    .granted()) {
                got += 250;
            }
        }
        assertThat(got).isEqualTo(51_000);
        assertThat(open("", "x", "listen", Tier.STRANGER).take(Kind.EVENT, 1_000))
                .isEqualTo(Verdict.GRANTED);
    }

    @Test
    void whatWasGivenBackIsThereAgain() {
        MemoryHolder one = another(Tier.LOCAL);
        assertThat(one.take(Kind.WILL, 15_000)).isEqualTo(Verdict.GRANTED);
        assertThat(another(Tier.LOCAL).take(Kind.WILL, 2_000)).isEqualTo(Verdict.GRANTED);
        assertThat(another(Tier.LOCAL).take(Kind.WILL, 1)).isEqualTo(Verdict.BUSY);
        one.give(Kind.WILL, 1);
        assertThat(another(Tier.LOCAL).take(Kind.WILL, 1)).isEqualTo(Verdict.GRANTED);
    }

    @Test
    void nothingIsGivenBackThatWasNotTaken() {
        MemoryHolder one = another(Tier.LOCAL);
        assertThat(one.take(Kind.WILL, 10)).isEqualTo(Verdict.GRANTED);
        assertThatThrownBy(() -> one.give(Kind.EVENT, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(budget.used()).isEqualTo(10);
    }

    @Test
    void whoClosesGivesBackAllAndGetsNothingMore() {
        MemoryHolder one = another(Tier.LOCAL);
        assertThat(one.take(Kind.WILL, 10)).isEqualTo(Verdict.GRANTED);
        assertThat(one.take(Kind.EVENT, 20)).isEqualTo(Verdict.GRANTED);
        one.close();
        one.close();
        one.give(Kind.WILL, 10);
        assertThat(one.take(Kind.WILL, 1)).isEqualTo(Verdict.BUSY);
        assertThat(budget.used()).isZero();
        assertThat(budget.holders()).isZero();
    }

    @Test
    void theNewestIdleOneGoesAndNoMoreThanHaveTo() {
        MemoryHolder[] sessions = new MemoryHolder[6];
        for (int i = 0; i < 6; i++) {
            int number = i;
            sessions[i] = budget.open(new Owner("anna", "", "", Tier.LOCAL), () -> {
                gone.add("session " + number);
                sessions[number].close();
            });
            assertThat(sessions[i].take(Kind.SESSION, 4_000)).isEqualTo(Verdict.GRANTED);
            sessions[i].idle(i != 5);
        }
        assertThat(another(Tier.LOCAL).take(Kind.SESSION, 2_000)).isEqualTo(Verdict.GRANTED);
        assertThat(gone).containsExactly("session 4");
        assertThat(budget.used()).isEqualTo(22_000);
        assertThat(lines).singleElement().asString().contains("local anna was ended to make room for session");
        sessions[3].idle(false);
        assertThat(another(Tier.LOCAL).take(Kind.SESSION, 7_500)).isEqualTo(Verdict.GRANTED);
        assertThat(gone).containsExactly("session 4", "session 2");
    }

    @Test
    void nobodyGoesWhereThatWouldNotBeEnough() {
        MemoryHolder away = idle(new Owner("idle", "", "", Tier.LOCAL), Kind.WILL, 900);
        away.idle(false);
        fill(Tier.LINK, Kind.WILL);
        away.idle(true);
        assertThat(another(Tier.LOCAL).take(Kind.WILL, 2_000)).isEqualTo(Verdict.BUSY);
        assertThat(gone).isEmpty();
        assertThat(another(Tier.LOCAL).take(Kind.WILL, 900)).isEqualTo(Verdict.GRANTED);
        assertThat(gone).containsExactly("idle");
    }

    @Test
    void aStrangerPutsNobodyOutWhoComesByLoopback() {
        for (int i = 0; i < 25; i++) {
            MemoryHolder unused = idle(new Owner("p" + i, "", "", Tier.LOCAL), Kind.SESSION, 1_000);
        }
        assertThat(another(Tier.STRANGER).take(Kind.SESSION, 1_000)).isEqualTo(Verdict.BUSY);
        assertThat(gone).isEmpty();
    }

    @Test
    void whoIsOverABoundOfItsOwnPutsNobodyElseOut() {
        for (int i = 0; i < 2; i++) {
            assertThat(open("anna", "a" + i, "l" + i, Tier.STRANGER).take(Kind.values()[i], 9_000))
                    .isEqualTo(Verdict.GRANTED);
        }
        MemoryHolder unused = idle(new Owner("bystander", "x", "y", Tier.STRANGER), Kind.EVENT, 5_000);
        assertThat(another(Tier.STRANGER).take(Kind.SESSION, 15_000)).isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(open("anna", "b", "c", Tier.STRANGER).take(Kind.EVENT, 1)).isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(gone).isEmpty();
    }

    @Test
    void anAddressThatIsOverItsBoundPutsNobodyElseOut() {
        for (int i = 0; i < 2; i++) {
            assertThat(open("p" + i, "10.0.0.1", "l" + i, Tier.STRANGER).take(Kind.values()[i], 9_000))
                    .isEqualTo(Verdict.GRANTED);
        }
        MemoryHolder unused = idle(new Owner("bystander", "10.0.0.2", "y", Tier.STRANGER), Kind.EVENT, 5_000);
        assertThat(open("x", "10.0.0.1", "y", Tier.STRANGER).take(Kind.EVENT, 1))
                .isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(gone).isEmpty();
    }

    @Test
    void aListenerThatIsOverItsBoundPutsNobodyOutAtAnother() {
        MemoryHolder unused = idle(new Owner("bystander", "x", "listen", Tier.STRANGER), Kind.SESSION, 5_000);
        for (Kind kind : Kind.values()) {
            while (open("", "a" + ++names, "web-tls", Tier.STRANGER)
                    .take(kind, 250)
                    .granted()) {}
        }
        assertThat(open("", "b", "web-tls", Tier.STRANGER).take(Kind.EVENT, 250))
                .isEqualTo(Verdict.BUSY);
        assertThat(gone).isEmpty();
    }

    @Test
    void whoProvesWhoItIsMovesWithAllThatItHolds() {
        MemoryHolder one = open("", "10.0.0.1", "listen", Tier.STRANGER);
        assertThat(one.take(Kind.INPUT, 10_000)).isEqualTo(Verdict.GRANTED);
        assertThat(one.owner(one.owner().provedBy("unit/hall", Tier.LINK))).isEqualTo(Verdict.GRANTED);
        assertThat(fill(Tier.STRANGER, Kind.values())).isEqualTo(60_000);
        assertThat(one.used()).isEqualTo(10_000);
        one.close();
        assertThat(budget.used()).isEqualTo(60_000);
    }

    @Test
    void whoWouldBeOverTheQuotaOfWhomItTurnsOutToBeStaysWhoItWas() {
        assertThat(open("anna", "a", "l", Tier.STRANGER).take(Kind.INPUT, 9_000))
                .isEqualTo(Verdict.GRANTED);
        assertThat(open("anna", "b", "l", Tier.STRANGER).take(Kind.WILL, 8_000)).isEqualTo(Verdict.GRANTED);
        MemoryHolder one = open("", "c", "l", Tier.STRANGER);
        assertThat(one.take(Kind.EVENT, 2_000)).isEqualTo(Verdict.GRANTED);
        assertThat(one.owner(one.owner().provedBy("anna", Tier.STRANGER))).isEqualTo(Verdict.QUOTA_EXCEEDED);
        assertThat(one.owner().principal()).isEmpty();
        assertThat(one.used(Kind.EVENT)).isEqualTo(2_000);
        assertThat(budget.used()).isEqualTo(19_000);
        one.close();
        assertThat(budget.used()).isEqualTo(17_000);
    }

    @Test
    void whoCanWaitGetsItInTurnOnceThereIsRoom() {
        List<String> got = new ArrayList<>();
        MemoryHolder first = another(Tier.LOCAL);
        MemoryHolder second = another(Tier.LOCAL);
        assertThat(first.take(Kind.DELIVERY, 13_000)).isEqualTo(Verdict.GRANTED);
        assertThat(second.take(Kind.DELIVERY, 8_000)).isEqualTo(Verdict.GRANTED);
        MemoryHolder third = another(Tier.LOCAL);
        MemoryHolder gone = another(Tier.LOCAL);
        gone.takeOrWait(Kind.DELIVERY, 5_000, () -> got.add("gone"));
        third.takeOrWait(Kind.DELIVERY, 5_000, () -> got.add("third"));
        another(Tier.LOCAL).takeOrWait(Kind.DELIVERY, 5_000, () -> got.add("fourth"));
        gone.close();
        budget.tick();
        assertThat(got).isEmpty();
        second.close();
        budget.tick();
        assertThat(got).containsExactly("third");
        assertThat(third.used()).isEqualTo(5_000);
        assertThat(budget.somebodyWaits()).isTrue();
    }

    @Test
    void saysHowFullItIs() {
        MemoryHolder one = another(Tier.LOCAL);
        assertThat(one.set(Kind.WILL, 500)).isEqualTo(Verdict.GRANTED);
        assertThat(one.set(Kind.WILL, 300)).isEqualTo(Verdict.GRANTED);
        assertThat(one.set(Kind.WILL, TOTAL)).isEqualTo(Verdict.QUOTA_EXCEEDED);
        budget.tick();
        MemoryBudget.Status status = budget.status();
        assertThat(status.total()).isEqualTo(TOTAL);
        assertThat(status.used()).isEqualTo(300);
        assertThat(status.byKind()).containsEntry(Kind.WILL, 300L);
        assertThat(status.refused()).isEqualTo(1);
    }

    @Test
    void whoEndsByTheRoomThatIsMadeForThemHoldsNothing() {
        Owner anna = new Owner("anna", "", "", Tier.LOCAL);
        MemoryHolder asking = budget.open(anna, () -> {});
        MemoryHolder[] session = new MemoryHolder[1];
        session[0] = budget.open(anna, () -> {
            // As a session is that takes its connection along.
            session[0].close();
            asking.close();
        });
        assertThat(session[0].take(Kind.SESSION, 15_000)).isEqualTo(Verdict.GRANTED);
        session[0].idle(true);
        assertThat(asking.take(Kind.INPUT, 15_000)).isEqualTo(Verdict.BUSY);
        assertThat(session[0].closed()).isTrue();
        assertThat(budget.used()).isZero();
    }
}
