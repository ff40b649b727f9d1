package io.bookshelf.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExpiriesTest {
    /** The numbers of the monotonic clock may begin anywhere, and may be about to turn negative. */
    @ParameterizedTest
    @ValueSource(longs = {0, -1_000, Long.MAX_VALUE - 5})
    void keysEndInTheOrderOfTheirEndsWhateverTheClockBeginsWith(long origin) {
        Expiries expiries = new Expiries(origin);
        expiries.set("b", origin + 20);
        expiries.set("a", origin + 10);
        expiries.set("c", origin + 30);
        assertThat(expiries.untilNext(origin)).hasValue(10);
        assertThat(expiries.due(origin + 9)).isEmpty();
        assertThat(expiries.due(origin + 20)).containsExactly("a", "b");
        assertThat(expiries.untilNext(origin + 40)).hasValue(0);
        assertThat(expiries.due(origin + 40)).containsExactly("c");
        assertThat(expiries.untilNext(origin + 40)).isEmpty();
    }

    @Test
    void aKeyHasOneEndTheLastThatItWasGiven() {
        Expiries expiries = new Expiries(0);
        expiries.set("a", 10);
        expiries.set("a", 30);
        expiries.set("b", 10);
        expiries.remove("b");
        assertThat(expiries.due(29)).isEmpty();
        assertThat(expiries.due(30)).containsExactly("a");
    }
}
