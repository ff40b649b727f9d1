package io.bookshelf.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which topic names can be keys. */
final class KeyTest {
    @ParameterizedTest
    @ValueSource(
            strings = {"", "a/+", "+", "#", "a/#", "a#b", "a\0", "$SYS/x", "$", "\ud83d", "a\ude00b", "\ud83d\ud83d"})
    void whatIsNoTopicNameIsNoKey(String name) {
        assertThat(Key.problemWith(name)).isNotNull();
        assertThatIllegalArgumentException().isThrownBy(() -> Key.of(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "/", "a//b", "a/$b", " ", "lights/灯", "😀", "\u0001", "\ufffd"})
    void anyOtherIsOne(String name) {
        assertThat(Key.problemWith(name)).isNull();
        assertThat(Key.of(name).name()).isEqualTo(name);
    }

    @Test
    void countsBytesNotCharacters() {
        assertThat(Key.of("a灯😀").length()).isEqualTo(8);
    }
}
