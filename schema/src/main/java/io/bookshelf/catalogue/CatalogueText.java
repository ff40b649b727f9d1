package io.bookshelf.catalogue;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.toml.TomlParser;
import io.bookshelf.catalogue.KeyDescription.Sensitivity;
import io.bookshelf.catalogue.KeyDescription.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads the text of a {@code *.keys.toml}: a table {@code [[keys]]} for each pattern, with {@code pattern}, {@code says},
 * {@code type}, {@code owner}, {@code sensitivity} and {@code example}, all of them texts. How far keys travel is not said
 * there: the key says it.
 */
public final class CatalogueText {
    private static final Set<String> SETTINGS = Set.of("pattern", "says", "type", "owner", "sensitivity", "example");
    private static final int LONGEST_TEXT = 1_000;

    private final List<KeyDescription> read = new ArrayList<>();

    private CatalogueText() {}

    /**
     * Reads a text.
     *
     * @throws IllegalArgumentException if it is not such a text; the message is the end of a sentence that begins with the
     *     name of the file
     */
    public static Catalogue parse(String text) {
        CatalogueText reader = new CatalogueText();
        reader.keys(toml(text));
        return Catalogue.of(reader.read);
    }

    private static UnmodifiableConfig toml(String text) {
        try {
            // The parser takes the end of the text in place of the end of its last line for a mistake.
            return new TomlParser().parse(text + "\n");
        } catch (RuntimeException | StackOverflowError e) {
            // The parser's own failures on odd input are as much the text's fault as those that it reports.
            String reason =
                    e instanceof ParsingException ? String.valueOf(e.getMessage()) : "a part of it cannot be read";
            throw new IllegalArgumentException(
                    "is not TOML: " + reason.strip().replace("\n", "\\n").replaceAll("\\p{Cntrl}", " "), e);
        }
    }

    private void keys(UnmodifiableConfig root) {
        for (String name : root.valueMap().keySet()) {
            if (!name.equals("keys")) {
                throw new IllegalArgumentException(name + " is no setting; write [[keys]] above each description");
            }
        }
        Object keys = root.valueMap().get("keys");
        if (!(keys instanceof List<?> list)) {
            throw new IllegalArgumentException("describes nothing: write [[keys]] above each description");
        }
        for (Object each : list) {
            if (!(each instanceof UnmodifiableConfig table)) {
                throw new IllegalArgumentException("keys must be tables: write [[keys]] above each description");
            }
            read.add(description(table));
        }
    }

    private KeyDescription description(UnmodifiableConfig table) {
        KeyPattern pattern = pattern(table);
        for (String name : table.valueMap().keySet()) {
            if (!SETTINGS.contains(name)) {
                throw mistake(
                        pattern,
                        name.equals("scope")
                                ? "scope is not for a description to say: the key's first level says how far it travels"
                                : name + " is no setting; known are "
                                        + SETTINGS.stream().sorted().collect(Collectors.joining(", ")));
            }
        }
        Type type = word(table, pattern, "type", Type.values(), Type::word);
        String example = text(table, pattern, "example");
        if (!fits(type, example)) {
            throw mistake(pattern, "example is no " + type.word() + ": " + example);
        }
        return new KeyDescription(
                pattern,
                text(table, pattern, "says"),
                type,
                text(table, pattern, "owner"),
                word(table, pattern, "sensitivity", Sensitivity.values(), Sensitivity::word),
                example);
    }

    private KeyPattern pattern(UnmodifiableConfig table) {
        String which = "keys, number " + (read.size() + 1);
        Object value = table.valueMap().get("pattern");
        if (!(value instanceof String text)) {
            throw new IllegalArgumentException(which + ": pattern must be a text, such as \"clients/{unit}/{mac}\"");
        }
        try {
            return KeyPattern.of(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(which + ": the pattern \"" + text + "\" " + e.getMessage(), e);
        }
    }

    private static String text(UnmodifiableConfig table, KeyPattern pattern, String name) {
        Object value = table.valueMap().get(name);
        if (!(value instanceof String text) || text.isBlank() || text.length() > LONGEST_TEXT) {
            throw mistake(pattern, name + " must be a text of 1 to " + LONGEST_TEXT + " characters, in quotes");
        }
        return text;
    }

    private static <E> E word(
            UnmodifiableConfig table, KeyPattern pattern, String name, E[] values, Function<E, String> word) {
        Object written = table.valueMap().get(name);
        for (E value : values) {
            if (word.apply(value).equals(written)) {
                return value;
            }
        }
        throw mistake(
                pattern,
                name + " must be one of "
                        + Arrays.stream(values)
                                .map(value -> "\"" + word.apply(value) + "\"")
                                .collect(Collectors.joining(", ")));
    }

    private static boolean fits(Type type, String example) {
        try {
            return switch (type) {
                case TEXT, JSON -> true;
                case INTEGER -> new BigInteger(example).toString().equals(example);
                case NUMBER -> !new BigDecimal(example).toString().isEmpty();
                case BOOLEAN -> example.equals("true") || example.equals("false");
                case BYTES -> Base64.getDecoder().decode(example).length > 0;
                case TIME -> Instant.parse(example).getNano() >= 0;
            };
        } catch (NumberFormatException | DateTimeParseException e) {
            return false;
        } catch (IllegalArgumentException noBase64) {
            return false;
        }
    }

    private static IllegalArgumentException mistake(KeyPattern pattern, String what) {
        return new IllegalArgumentException(pattern + ": " + what);
    }
}
