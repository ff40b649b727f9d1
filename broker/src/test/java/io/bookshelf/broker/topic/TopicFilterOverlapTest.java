package io.bookshelf.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicFilterOverlapTest {
    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/+, +/b, true",
        "a/+, b/+, false",
        "a/#, a, true",
        "a/#, +, true",
        "a/b/#, a, false",
        "a/b/#, a/#, true",
        "a/b/#, +/+, true",
        "a/b/#, +, false",
        "a/+/c, a/b/#, true",
        "#, $SYS/#, false",
        "+/a, $SYS/a, false",
        "$SYS/+, $SYS/#, true",
        "#, +, true",
        "a, a/b, false",
    })
    void overlapsWhereATopicMatchesBoth(String one, String other, boolean expected) {
        assertThat(filter(one).overlaps(filter(other))).isEqualTo(expected);
        assertThat(filter(other).overlaps(filter(one))).isEqualTo(expected);
    }

    /** Three levels of three words suffice: no filter here tells more of them apart. */
    @Test
    void overlapsExactlyWhereSomeTopicMatchesBoth() {
        List<String> topics = topics();
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 4_000; i++) {
            String one = randomFilter(random);
            String other = randomFilter(random);
            boolean expected = topics.stream()
                    .anyMatch(
                            topic -> filter(one).matches(topic) && filter(other).matches(topic));
            assertThat(filter(one).overlaps(filter(other)))
                    .as("%s and %s, seed %d", one, other, seed)
                    .isEqualTo(expected);
        }
    }

    private static List<String> topics() {
        List<String> words = List.of("a", "", "$x", "other");
        List<String> all = new ArrayList<>(words);
        for (int from = 0, depth = 1; depth < 4; depth++) {
            int to = all.size();
            for (String prefix : List.copyOf(all.subList(from, to))) {
                words.forEach(word -> all.add(prefix + "/" + word));
            }
            from = to;
        }
        return all.stream().filter(topic -> !topic.isEmpty()).toList();
    }

    private static String randomFilter(Random random) {
        List<String> words = List.of("a", "", "$x", "+");
        StringBuilder filter = new StringBuilder(random.nextBoolean() ? "a" : "+");
        if (random.nextInt(4) == 0) {
            filter.setLength(0);
            filter.append("$x");
        }
        for (int levels = random.nextInt(3); levels > 0; levels--) {
            filter.append('/').append(words.get(random.nextInt(words.size())));
        }
        return random.nextInt(3) == 0 ? filter.append("/#").toString() : filter.toString();
    }

    private static TopicFilter filter(String text) {
        return TopicFilter.parse(text);
    }
}
