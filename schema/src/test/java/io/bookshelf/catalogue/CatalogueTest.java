package io.bookshelf.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.bookshelf.schema.Scope;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
    private static final String ENTRY = """
            [[keys]]
            pattern = "%s"
            says = "A thing."
            type = "text"
            owner = "app"
            sensitivity = "public"
            example = "on"
            """;

    private static Catalogue catalogue(String... patterns) {
        StringBuilder text = new StringBuilder();
        Arrays.stream(patterns).forEach(pattern -> text.append(ENTRY.formatted(pattern)));
        return CatalogueText.parse(text.toString());
    }

    private static String found(Catalogue catalogue, String key) {
        return catalogue
                .find(key)
                .map(description -> description.pattern().text())
                .orElse("nothing");
    }

    @ParameterizedTest
    @CsvSource({
        "a/b, a/b, true",
        "a/b, a/bc, false",
        "a/b, a, false",
        "a/{x}, a/b, true",
        "a/{x}, a/, true",
        "a/{x}, a, false",
        "a/{x}, a/b/c, false",
        "a/{x}/c, a/b/c, true",
        "a/{x}/c, a/b/cd, false",
        "a/{x}/c, a//c, true",
        "a/{x...}, a/b, true",
        "a/{x...}, a/b/c, true",
        "a/{x...}, a, false",
        "a/{x...}, ab/c, false",
    })
    void aPatternMatchesLevelByLevel(String pattern, String key, boolean matches) {
        assertThat(KeyPattern.of(pattern).matches(key)).isEqualTo(matches);
    }

    @Test
    void theMostSpecificPatternCountsInWhateverOrderTheyStand() {
        List<String> patterns =
                Arrays.asList("a/{rest...}", "a/{x}", "a/{x}/c", "a/b/{y}", "a/b/{rest...}", "a/b/c/{z}");
        for (int seed = 0; seed < 20; seed++) {
            Collections.shuffle(patterns, new Random(seed));
            Catalogue catalogue = catalogue(patterns.toArray(String[]::new));
            assertThat(found(catalogue, "a/b")).as("seed %d", seed).isEqualTo("a/{x}");
            assertThat(found(catalogue, "a/b/c")).as("seed %d", seed).isEqualTo("a/b/{y}");
            assertThat(found(catalogue, "a/q/c")).as("seed %d", seed).isEqualTo("a/{x}/c");
            assertThat(found(catalogue, "a/q/d")).as("seed %d", seed).isEqualTo("a/{rest...}");
            assertThat(found(catalogue, "a/b/c/d")).as("seed %d", seed).isEqualTo("a/b/c/{z}");
            assertThat(found(catalogue, "a/b/q/d")).as("seed %d", seed).isEqualTo("a/b/{rest...}");
            assertThat(found(catalogue, "b")).as("seed %d", seed).isEqualTo("nothing");
        }
    }

    @Test
    void theKeySaysHowFarItTravels() {
        Catalogue catalogue = catalogue("local/{x}", "private/{x}", "public/{x}");
        assertThat(catalogue.find("local/a").orElseThrow().scope()).isEqualTo(Scope.UNIT);
        assertThat(catalogue.find("private/a").orElseThrow().scope()).isEqualTo(Scope.NETWORK);
        assertThat(catalogue.find("public/a").orElseThrow().scope()).isEqualTo(Scope.EVERYWHERE);
    }

    @Test
    void whatIsAddedCountsBeforeWhatWasThere() {
        Catalogue both = catalogue("a/{x}", "b/{x}").with(catalogue("a/{other}", "c"));
        assertThat(both.descriptions().stream().map(each -> each.pattern().text()))
                .containsExactly("a/{other}", "b/{x}", "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{x}/a | must begin with a fixed level",
                "$SYS/a | is no pattern of keys",
                "a/+/b | is no pattern of keys",
                "a/{x...}/b | may have a level with ... only at its end",
                "a/{x}/{x} | has {x} twice",
                "a/b{x} | what varies is a whole level in braces",
                "a/{} | what varies is a whole level in braces",
                "a/{x | what varies is a whole level in braces",
            })
    void whatIsNoPatternIsRefused(String pattern, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalogue(pattern))
                .withMessageContaining("keys, number 1: the pattern \"" + pattern + "\" ")
                .withMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "type = \"text\" | type = \"string\" | a: type must be one of \"text\", \"json\", \"integer\"",
                "sensitivity = \"public\" |  | a: sensitivity must be one of \"public\", \"personal\", \"secret\"",
                "says = \"A thing.\" | says = 3 | a: says must be a text",
                "owner = \"app\" | owner = \" \" | a: owner must be a text",
                "owner = \"app\" | scope = \"units\" | a: scope is not for a description to say",
                "owner = \"app\" | woner = \"app\" | a: woner is no setting; known are example, owner",
                "type = \"text\" | type = \"integer\" | a: example is no integer: on",
                "type = \"text\" | type = \"time\" | a: example is no time: on",
                "type = \"text\" | type = \"number\" | a: example is no number: on",
                "[[keys]] | [keys] | describes nothing: write [[keys]]",
                "[[keys]] | [[key]] | key is no setting; write [[keys]]",
                "[[keys]] | [[keys | is not TOML",
            })
    void eachMistakeGetsItsSentence(String line, String instead, String sentence) {
        String text = ENTRY.formatted("a").replace(line, instead == null ? "" : instead);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CatalogueText.parse(text))
                .withMessageContaining(sentence);
    }

    @Test
    void theSameKeysAreNotDescribedTwice() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> catalogue("a/{x}", "b", "a/{y}"))
                .withMessage("a/{x} and a/{y} are the same keys: leave one out");
    }
}
