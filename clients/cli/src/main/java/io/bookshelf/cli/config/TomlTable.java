package io.bookshelf.cli.config;

import com.electronwill.nightconfig.core.UnmodifiableConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One table of a settings file, read with strict types. It remembers which settings were asked for, so that at the end
 * {@link #refuseUnknown} can name those that nobody knows.
 */
final class TomlTable {
    private final Path file;
    private final KeyLines lines;
    private final String path;
    private final Map<String, Object> values;
    private final TreeSet<String> known = new TreeSet<>();

    TomlTable(Path file, KeyLines lines, String path, Map<String, Object> values) {
        this.file = file;
        this.lines = lines;
        this.path = path;
        this.values = values;
    }

    @Nullable
    String string(String name) {
        Object value = value(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw mustBe(name, "a text in quotes", value);
    }

    long number(String name, long absent, long least, long most) {
        Object value = value(name);
        if (value == null) {
            return absent;
        }
        if ((value instanceof Integer || value instanceof Long)
                && ((Number) value).longValue() >= least
                && ((Number) value).longValue() <= most) {
            return ((Number) value).longValue();
        }
        throw mustBe(name, "a whole number from " + least + " to " + most, value);
    }

    int smallNumber(String name, int absent, int least, int most) {
        return Math.toIntExact(number(name, absent, least, most));
    }

    boolean flag(String name, boolean absent) {
        Object value = value(name);
        if (value == null || value instanceof Boolean) {
            return value == null ? absent : (Boolean) value;
        }
        throw mustBe(name, "true or false", value);
    }

    /** One of a few words. */
    String word(String name, String absent, List<String> words) {
        Object value = value(name);
        if (value == null) {
            return absent;
        }
        if (value instanceof String text && words.contains(text)) {
            return text;
        }
        throw mustBe(name, "one of \"" + String.join("\", \"", words) + "\"", value);
    }

    List<String> strings(String name) {
        Object value = value(name);
        if (value == null) {
            return List.of();
        }
        List<String> strings = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof String text) {
                    strings.add(text);
                }
            }
            if (strings.size() == list.size()) {
                return strings;
            }
        }
        throw mustBe(name, "a list of texts, such as [\"a\", \"b\"]", value);
    }

    /** The table of that name, empty where there is none. */
    TomlTable table(String name) {
        Object value = value(name);
        if (value == null) {
            return new TomlTable(file, lines, join(name), Map.of());
        }
        if (value instanceof UnmodifiableConfig config) {
            return new TomlTable(file, lines, join(name), config.valueMap());
        }
        throw mistake(name, "must be a table: write [" + join(name) + "] on a line of its own");
    }

    List<TomlTable> tables(String name) {
        Object value = value(name);
        if (value == null) {
            return List.of();
        }
        List<TomlTable> tables = new ArrayList<>();
        if (value instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof UnmodifiableConfig config) {
                    String numbered = join(name) + "[" + (tables.size() + 1) + "]";
                    tables.add(new TomlTable(file, lines, numbered, config.valueMap()));
                }
            }
            if (tables.size() == list.size()) {
                return tables;
            }
        }
        throw mistake(name, "must be a list of tables: write [[" + join(name) + "]] above each");
    }

    void refuseUnknown() {
        for (String name : values.keySet()) {
            if (!known.contains(name)) {
                String nearest = Spelling.nearest(name, known);
                throw mistake(
                        name,
                        "is no setting; "
                                + (nearest == null
                                        ? "known here are " + String.join(", ", known)
                                        : "did you mean " + join(nearest) + "?"));
            }
        }
    }

    /** A sentence about a setting of this table that names the file, the line and the setting. */
    ConfigException mistake(String name, String whatIsWrong) {
        int line = lines.of(join(name));
        return new ConfigException(file + (line == 0 ? "" : ", line " + line) + ": " + join(name) + " " + whatIsWrong);
    }

    private ConfigException mustBe(String name, String wanted, Object value) {
        String shown =
                switch (value) {
                    case String text -> "\"" + text + "\"";
                    case UnmodifiableConfig table -> "a table";
                    case List<?> list -> "a list";
                    default -> String.valueOf(value);
                };
        return mistake(name, "must be " + wanted + ", not " + shown);
    }

    private @Nullable Object value(String name) {
        known.add(name);
        return values.get(name);
    }

    private String join(String name) {
        return KeyLines.join(path, name);
    }
}
