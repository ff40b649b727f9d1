package io.bookshelf.broker.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TopicAliasesTest {
    private static final int HIGHEST = 4;
    private static final int LONGEST = 32;

    private int held;
    private int answer = Reason.SUCCESS;
    private final TopicAliases aliases = new TopicAliases(HIGHEST, LONGEST, this::take);

    private int take(int bytes) {
        if (answer == Reason.SUCCESS) {
            held += bytes;
        }
        return answer;
    }

    private static int reason(ThrowingCall call) {
        try {
            call.run();
        } catch (ProtocolException e) {
            return e.reason();
        }
        return Reason.SUCCESS;
    }

    private interface ThrowingCall {
        void run();
    }

    @Test
    void anAliasStandsForTheTopicThatWasSetLast() {
        assertThat(aliases.resolve("a/b", 1)).isEqualTo("a/b");
        assertThat(aliases.resolve("", 1)).isEqualTo("a/b");
        aliases.resolve("c", 1);
        assertThat(aliases.resolve("", 1)).isEqualTo("c");
        assertThat(aliases.resolve("plain", -1)).isEqualTo("plain");
    }

    @Test
    void refusesWhatTheProtocolForbids() {
        assertThat(reason(() -> aliases.resolve("", -1))).isEqualTo(Reason.PROTOCOL_ERROR);
        assertThat(reason(() -> aliases.resolve("a", 0))).isEqualTo(Reason.TOPIC_ALIAS_INVALID);
        assertThat(reason(() -> aliases.resolve("a", HIGHEST + 1))).isEqualTo(Reason.TOPIC_ALIAS_INVALID);
        assertThat(reason(() -> aliases.resolve("", 2))).isEqualTo(Reason.PROTOCOL_ERROR);
    }

    @Test
    void keepsNoTopicThatIsLongerThanAKeyMayBe() {
        aliases.resolve("short", 1);
        assertThat(aliases.resolve("x".repeat(LONGEST + 1), 1)).hasSize(LONGEST + 1);
        assertThat(aliases.resolve("ä".repeat(LONGEST), 2)).hasSize(LONGEST);
        assertThat(held).as("held for topics that are not kept").isZero();
        assertThatThrownBy(() -> aliases.resolve("", 1)).hasMessageContaining("stands for nothing");
        assertThatThrownBy(() -> aliases.resolve("", 2)).hasMessageContaining("stands for nothing");
    }

    @Test
    void holdsMemoryForWhatItKeepsOnceAndNoMore() {
        aliases.resolve("first", 1);
        int one = held;
        assertThat(one).isGreaterThan(2 * "first".length());
        for (int i = 0; i < 100; i++) {
            aliases.resolve("again", 1);
        }
        assertThat(held).isEqualTo(one);
    }

    @Test
    void refusesAnAliasForWhichThereIsNoRoom() {
        aliases.resolve("kept", 1);
        answer = Reason.QUOTA_EXCEEDED;
        assertThat(reason(() -> aliases.resolve("more", 2))).isEqualTo(Reason.QUOTA_EXCEEDED);
        assertThat(aliases.resolve("", 1)).isEqualTo("kept");
    }
}
