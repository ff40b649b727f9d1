package io.bookshelf.broker.admission;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CrowdTest {
    private final Crowd<Integer> crowd = new Crowd<>(10, 4);

    @Test
    void oneAddressPushesOutItsOwnOldest() {
        for (int i = 0; i < 4; i++) {
            assertThat(crowd.add("a", i)).isNull();
        }
        assertThat(crowd.add("a", 4)).isEqualTo(0);
        assertThat(crowd.add("a", 5)).isEqualTo(1);
        assertThat(crowd.size()).isEqualTo(4);
        assertThat(crowd.contains(0)).isFalse();
    }

    @Test
    void aFullCrowdLosesTheOldestOfTheAddressWithTheMost() {
        crowd.add("honest", 100);
        for (int i = 0; i < 4; i++) {
            crowd.add("a", i);
            crowd.add("b", 10 + i);
        }
        crowd.add("c", 20);
        assertThat(crowd.size()).isEqualTo(10);
        assertThat(crowd.add("d", 30)).isIn(0, 10);
        assertThat(crowd.contains(100)).isTrue();
    }

    @Test
    void loopbackHasNoQuotaOfAnAddress() {
        for (int i = 0; i < 10; i++) {
            assertThat(crowd.add(RemoteAddress.LOOPBACK, i)).isNull();
        }
        assertThat(crowd.add(RemoteAddress.LOOPBACK, 10)).isEqualTo(0);
    }

    @Test
    void forgetsWhoHasGone() {
        crowd.add("a", 1);
        assertThat(crowd.remove(1)).isTrue();
        assertThat(crowd.remove(1)).isFalse();
        assertThat(crowd.all()).isEmpty();
    }
}
