package io.bookshelf.broker.budget;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever holders do, the sum stays within the budget, is exact, and the room kept for loopback and links is there. */
class MemoryBudgetPropertyTest {
    private static final long TOTAL = 1_000_000;
    private static final int STEPS = 20_000;

    private final long seed = Long.getLong("bookshelf.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final MemoryBudget budget = new MemoryBudget(TOTAL, line -> {});
    private final List<MemoryHolder> open = new ArrayList<>();

    @Test
    void theSumIsWithinTheBudgetAndRoomIsKept() {
        for (int step = 0; step < STEPS; step++) {
            step();
            String at = "seed " + seed + ", step " + step;
            open.removeIf(MemoryHolder::closed);
            assertThat(budget.used()).as(at).isBetween(0L, TOTAL);
            assertThat(budget.used())
                    .as(at)
                    .isEqualTo(open.stream().mapToLong(MemoryHolder::used).sum());
            assertThat(budget.holders()).as(at).isEqualTo(open.size());
            for (Kind kind : Kind.values()) {
                assertThat(budget.used(kind)).as(at).isBetween(0L, kind.shareOf(TOTAL));
            }
            assertThat(held(Tier.STRANGER)).as(at).isLessThanOrEqualTo(600_000);
            assertThat(held(Tier.STRANGER) + held(Tier.LOCAL)).as(at).isLessThanOrEqualTo(850_000);
            if (step % 100 == 0) {
                keptRoomIsThere(at);
            }
        }
        open.forEach(MemoryHolder::close);
        assertThat(budget.used()).as("seed " + seed).isZero();
        assertThat(budget.holders()).as("seed " + seed).isZero();
    }

    private void step() {
        switch (random.nextInt(8)) {
            case 0 -> open.add(opened());
            case 1 -> some().close();
            case 2, 3, 4, 5 -> some().take(kind(), random.nextInt(40_000));
            case 6 -> {
                MemoryHolder holder = some();
                Kind kind = kind();
                holder.give(kind, holder.used(kind) / 2);
            }
            default -> {
                MemoryHolder holder = some();
                if (random.nextBoolean()) {
                    holder.idle(random.nextBoolean());
                } else {
                    holder.owner(owner());
                }
            }
        }
    }

    /** Those behind the strangers get a byte as long as they themselves have not used what is kept for them. */
    private void keptRoomIsThere(String at) {
        for (Tier tier : List.of(Tier.LOCAL, Tier.LINK)) {
            long ofOthers = Arrays.stream(Tier.values())
                    .filter(each -> each != Tier.STRANGER)
                    .mapToLong(this::held)
                    .sum();
            if (ofOthers < 250_000) {
                MemoryHolder one = budget.open(new Owner("", "", "", tier), () -> {});
                long most = Arrays.stream(Kind.values())
                        .filter(kind -> one.take(kind, 1).granted())
                        .count();
                assertThat(most).as(at + " " + tier).isPositive();
                one.close();
            }
        }
    }

    private MemoryHolder opened() {
        MemoryHolder[] self = new MemoryHolder[1];
        self[0] = budget.open(owner(), () -> {
            if (random.nextInt(10) > 0) {
                self[0].close();
            }
        });
        return self[0];
    }

    private Owner owner() {
        return new Owner(name("p", 4), name("a", 6), name("l", 2), Tier.values()[random.nextInt(Tier.values().length)]);
    }

    private String name(String prefix, int of) {
        int number = random.nextInt(of + 1);
        return number == of ? "" : prefix + number;
    }

    private MemoryHolder some() {
        if (open.isEmpty()) {
            open.add(opened());
        }
        return open.get(random.nextInt(open.size()));
    }

    private Kind kind() {
        return Kind.values()[random.nextInt(Kind.values().length)];
    }

    private long held(Tier tier) {
        return open.stream()
                .filter(each -> each.owner().tier() == tier)
                .mapToLong(MemoryHolder::used)
                .sum();
    }
}
