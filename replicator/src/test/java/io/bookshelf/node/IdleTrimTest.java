package io.bookshelf.node;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class IdleTrimTest {
    private long packets;
    private int trims;
    private final IdleTrim trim = new IdleTrim(() -> packets, () -> trims++);

    private int trimsAfter(long morePackets) {
        packets += morePackets;
        trim.look();
        return trims;
    }

    @Test
    void trimsOnceAfterTheStartAndOnceAfterEachBusyTimeButNeverWithinOne() {
        assertThat(trimsAfter(50_000)).isZero();
        assertThat(trimsAfter(2_000)).isZero();
        assertThat(trimsAfter(10)).isEqualTo(1);
        assertThat(trimsAfter(0)).isEqualTo(1);
        assertThat(trimsAfter(900)).isEqualTo(1);
        assertThat(trimsAfter(9_000)).isEqualTo(1);
        assertThat(trimsAfter(200)).isEqualTo(2);
        assertThat(trimsAfter(200)).isEqualTo(2);
    }
}
