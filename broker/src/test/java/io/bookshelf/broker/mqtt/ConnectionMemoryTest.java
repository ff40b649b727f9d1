package io.bookshelf.broker.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.bookshelf.broker.admission.Admission;
import io.bookshelf.broker.admission.Place;
import io.bookshelf.broker.budget.Kind;
import io.bookshelf.broker.budget.MemoryBudget;
import io.bookshelf.broker.budget.Owner;
import io.bookshelf.broker.budget.Tier;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ConnectionMemoryTest {
    private static final long TOTAL = 4 << 20;

    private final List<String> log = new ArrayList<>();
    private final MemoryBudget budget = new MemoryBudget(TOTAL, log::add);
    private final Admission admission = new Admission(1_000, budget, log::add);
    private final EmbeddedChannel channel = come();
    private final ConnectionMemory memory = memory(channel);

    private EmbeddedChannel come() {
        EmbeddedChannel one = new EmbeddedChannel();
        admission.admit(one, "mqtt");
        return one;
    }

    private static ConnectionMemory memory(EmbeddedChannel of) {
        ConnectionMemory memory = new ConnectionMemory();
        memory.attach(of, () -> {});
        return memory;
    }

    @Test
    void accountsForAnUnfinishedPacketWhileItIsHeld() {
        assertThat(memory.unfinished(60_000)).isEqualTo(Reason.SUCCESS);
        assertThat(budget.used(Kind.INPUT)).isEqualTo(60_000);
        memory.unfinished(100);
        assertThat(budget.used(Kind.INPUT))
                .as("a few bytes are in the cost of the connection")
                .isZero();
    }

    @Test
    void refusesUnfinishedPacketsOfManyConnectionsBeforeTheyFillTheBudget() {
        int refused = 0;
        for (int i = 0; i < 250; i++) {
            refused += memory(come()).unfinished(265_000) == Reason.SUCCESS ? 0 : 1;
        }
        assertThat(refused).isGreaterThan(240);
        assertThat(budget.used(Kind.INPUT)).isLessThan(TOTAL * 30 / 100);
        assertThat(log).anyMatch(line -> line.contains("no room for input"));
    }

    @Test
    void accountsForPacketsThatWait() {
        assertThat(memory.waiting(5_000)).isEqualTo(Reason.SUCCESS);
        memory.waiting(5_000);
        assertThat(budget.used(Kind.INPUT)).isEqualTo(10_000);
        assertThat(memory.waiting((int) TOTAL)).isNotEqualTo(Reason.SUCCESS);
        memory.noneWaits();
        assertThat(budget.used(Kind.INPUT)).isZero();
    }

    @Test
    void accountsForAliasesUpToTheirShare() {
        int refused = 0;
        for (int i = 0; i < 64; i++) {
            ConnectionMemory each = memory(come());
            for (int alias = 0; alias < 64; alias++) {
                refused += each.aliases(1_100) == Reason.SUCCESS ? 0 : 1;
            }
        }
        assertThat(refused).isPositive();
        assertThat(budget.used(Kind.ALIAS)).isLessThanOrEqualTo(TOTAL / 10);
    }

    @Test
    void accountsForWhatAClientDoesNotRead() {
        channel.write(Unpooled.buffer(200_000).writeZero(200_000));
        memory.lookAtUnread();
        assertThat(memory.full()).isFalse();
        assertThat(budget.used(Kind.DELIVERY)).isBetween(180_000L, 201_000L);
        channel.write(Unpooled.buffer(2 << 20).writeZero(2 << 20));
        memory.lookAtUnread();
        assertThat(memory.full()).isTrue();
        channel.flush();
        assertThat(memory.isStuck()).isFalse();
        assertThat(memory.full()).isFalse();
        assertThat(budget.used(Kind.DELIVERY)).isZero();
        channel.releaseOutbound();
    }

    @Test
    void putsOutWhoReadsNothingWhereThereIsNoRoomForIt() {
        channel.write(Unpooled.buffer(2 << 20).writeZero(2 << 20));
        memory.lookAtUnread();
        for (int i = 0; i < 10; i++) {
            assertThat(memory.isStuck()).isFalse();
        }
        assertThat(memory.isStuck()).isTrue();
        channel.close();
    }

    @Test
    void goesToTheAccountOfWhoeverProvesToBeThere() {
        memory.unfinished(60_000);
        assertThat(memory.owner(new Owner("anna", "", "mqtt", Tier.LOCAL))).isEqualTo(Reason.SUCCESS);
        Place place = Objects.requireNonNull(Place.of(channel));
        assertThat(place.memory().owner().principal()).isEqualTo("anna");
        assertThat(place.memory().used(Kind.INPUT)).isEqualTo(60_000);
    }

    @Test
    void aClosedConnectionHoldsNothing() {
        memory.unfinished(60_000);
        memory.aliases(1_000);
        channel.close();
        assertThat(budget.used()).isZero();
    }
}
