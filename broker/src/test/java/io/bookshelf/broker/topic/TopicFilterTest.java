package io.bookshelf.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicFilterTest {
    @ParameterizedTest
    @CsvSource({
        "#, a, true",
        "#, a/b, true",
        "#, $SYS/x, false",
        "+/x, $SYS/x, false",
        "$SYS/#, $SYS/x, true",
        "a/#, a, true",
        "a/#, a/, true",
        "a/#, ab, false",
        "a/+, a, false",
        "a/+, a/, true",
        "a/+/#, a, false",
        "a/+/#, a/b, true",
        "+/+, /x, true",
        "/+, /x, true",
        "+, /x, false",
        "a/+/c, a/b/c, true",
        "a/+/c, a/b/d, false",
        "a//c, a//c, true",
        "a/b, a/b/c, false",
        "a/b/c, a/b, false",
    })
    void matchesAsTheStandardSays(String filter, String topic, boolean matches) {
        assertThat(TopicFilter.parse(filter).matches(topic)).isEqualTo(matches);
        assertThat(found(filter, topic)).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a+",
                "+a",
                "a/b+/c",
                "#/a",
                "a#",
                "$share",
                "$share/",
                "$share/x",
                "$share//a",
                "$share/g/",
                "$share/+/a",
                "$share/g#/a",
                "$sharex/y/z"
            })
    void refusesWhatIsNotWellFormed(String filter) {
        assertThatThrownBy(() -> TopicFilter.parse(filter)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void refusesMoreThan128Levels() {
        assertThat(TopicFilter.parse("a" + "/".repeat(127)).exact()).isTrue();
        for (String filter : List.of("a" + "/".repeat(128), "/".repeat(127) + "/#", "$share/g/" + "/".repeat(128))) {
            assertThatThrownBy(() -> TopicFilter.parse(filter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a topic filter has at most 128 levels");
        }
    }

    @Test
    void takesASharedSubscriptionApart() {
        assertThat(TopicFilter.parse("$share/g/a/+")).isEqualTo(new TopicFilter("$share/g/a/+", "g", "a/+"));
    }

    @Test
    void everyMatchStartsWithTheLiteralPrefix() {
        assertThat(TopicFilter.parse("a/b/#").literalPrefix()).isEqualTo("a/b");
        assertThat(TopicFilter.parse("a/b+".replace("b+", "+")).literalPrefix()).isEqualTo("a/");
        assertThat(TopicFilter.parse("#").literalPrefix()).isEmpty();
        assertThat(TopicFilter.parse("a/b").literalPrefix()).isEqualTo("a/b");
    }

    /** Against a regular expression made of the standard's own words, over random filters and topics. */
    @Test
    void treeAndFilterAgreeWithTheStandard() {
        long seed = Long.getLong("bookshelf.seed", new Random().nextLong());
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            String filter = levels(random, "a", "b", "+", "");
            filter = random.nextInt(3) == 0 ? filter + "/#" : filter;
            filter = filter.isEmpty() ? "#" : filter;
            String topic = levels(random, "a", "b", "$c", "");
            boolean expected = Pattern.matches(regex(filter), topic)
                    && !(topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#")));
            assertThat(TopicFilter.parse(filter).matches(topic))
                    .as("seed %d: %s against %s", seed, filter, topic)
                    .isEqualTo(expected);
            assertThat(found(filter, topic))
                    .as("seed %d: %s against %s", seed, filter, topic)
                    .isEqualTo(expected);
        }
    }

    @Test
    void removingLeavesNothingBehind() {
        SubscriptionTree<String> tree = new SubscriptionTree<>();
        tree.add("a/+/#", "one");
        tree.add("a/+/c", "two");
        tree.remove("a/+/#", "one");
        tree.remove("a/+/#", "one");
        assertThat(tree.size()).isEqualTo(1);
        tree.remove("a/+/c", "two");
        assertThat(tree.size()).isZero();
        tree.match("a/b/c", found -> {
            throw new AssertionError(found);
        });
    }

    private static boolean found(String filter, String topic) {
        SubscriptionTree<String> tree = new SubscriptionTree<>();
        tree.add(filter, "it");
        List<String> found = new ArrayList<>();
        tree.match(topic, found::add);
        assertThat(found.size()).isLessThanOrEqualTo(1);
        return !found.isEmpty();
    }

    private static String levels(Random random, String... choices) {
        List<String> levels = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            levels.add(choices[random.nextInt(choices.length)]);
        }
        return String.join("/", levels);
    }

    private static String regex(String filter) {
        String all = filter.equals("#") ? ".*" : null;
        if (all != null) {
            return all;
        }
        boolean below = filter.endsWith("/#");
        String body = below ? filter.substring(0, filter.length() - 2) : filter;
        List<String> parts = new ArrayList<>();
        for (String level : body.split("/", -1)) {
            parts.add(level.equals("+") ? "[^/]*" : Pattern.quote(level));
        }
        return String.join("/", parts) + (below ? "(/.*)?" : "");
    }
}
